"""A person's own record: read, set and copied by the person alone."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.trainees.models import Notice, Trainee
from shared import problems
from shared.principal import Principal
from shared.sealing import Sealer

# Every table with a row about a person, and how its rows are found. Row security leaves the own.
SECTIONS: Mapping[str, str] = {
    "binding_codes": "select * from binding_codes order by made_at, id",
    "invitations": "select * from invitations order by at, id",
    "declines": "select * from declines order by at",
    "enrolments": "select * from enrolments where trainee_id = :person order by confirmed_at, id",
    "confirmations": "select * from confirmations order by at, enrolment_id",
    "paper_confirmations": "select * from paper_confirmations order by first_at, id",
    "occupied": "select enrolment_id, session_id, trainee_id, lower(during) as starts_at,"
    " upper(during) as ends_at from occupied order by during",
    "attendance": "select * from attendance where trainee_id = :person order by at, session_id",
    "attendance_corrections": "select * from attendance_corrections order by asked_at, id",
    "results": "select * from results where trainee_id = :person order by at, id",
    "certificates": "select * from certificates where trainee_id = :person order by at, id",
    "access_log": "select * from access_log order by at, id",
    "inbox": "select * from inbox order by at, id",
    "correction_requests": "select * from correction_requests order by asked_at, id",
    "name_conflicts": "select * from name_conflicts order by at, id",
    "statements": "select * from statements order by at, id",
    "bank_accounts": "select * from bank_accounts order by at, id",
}
CLASSES = text(
    "select id, code, name, authority, organisation_id, kind, subject_name, starts_on, ends_on"
    " from training_classes where id in (select class_id from enrolments where trainee_id = :person"
    " union select class_id from invitations) order by starts_on, id"
)
# Blind indexes say nothing to anybody; who typed, by number, is not for the copy: the office is.
LEFT_OUT = {"code_index", "name_index", "id_index", "device_index", "network_index", "number_index"}
STAFF = {"by_subject", "made_by", "first_by", "second_by", "decided_by", "voided_by", "asked_by"}


async def record(session: AsyncSession, by: Principal) -> Trainee:
    """Return the caller's own row. Raises NotFound."""
    assert by.trainee is not None
    found = await session.get(Trainee, by.trainee)
    if found is None:
        raise problems.NotFound
    return found


def opened(sealer: Sealer, person: Trainee) -> dict[str, Any]:
    """Unseal a person's own record, for that person."""

    def plain(column: str) -> str | None:
        sealed = getattr(person, column)
        if sealed is None:
            return None
        return sealer.open(sealed, table="trainees", column=column, row=person.id)

    return {
        "trainee_id": person.id,
        "name": plain("name_sealed"),
        "id_number": plain("id_sealed"),
        "phone": plain("phone_sealed"),
        "language": person.language,
        "created_at": person.created_at,
    }


async def set_language(session: AsyncSession, *, language: str, by: Principal) -> None:
    """Set the language the person is addressed in; kept nowhere else."""
    await session.execute(update(Trainee).where(Trainee.id == by.trainee).values(language=language))


async def set_phone(
    session: AsyncSession, sealer: Sealer, *, phone: str | None, by: Principal
) -> None:
    """Set or take away the person's phone number."""
    assert by.trainee is not None
    sealed = (
        sealer.seal(phone, table="trainees", column="phone_sealed", row=by.trainee)
        if phone
        else None
    )
    await session.execute(
        update(Trainee).where(Trainee.id == by.trainee).values(phone_sealed=sealed)
    )


async def read_notice(session: AsyncSession, *, notice: UUID, now: datetime) -> Notice:
    """Mark a line of the own inbox as read; reading again changes nothing. NotFound."""
    found = await session.get(Notice, notice)
    if found is None:
        raise problems.NotFound
    if found.read_at is None:
        found.read_at = now
    return found


async def copy(session: AsyncSession, sealer: Sealer, *, by: Principal) -> dict[str, Any]:
    """Copy everything that is stored about the person, unsealed, section by section. PIPL 45."""
    person = await record(session, by)
    found: dict[str, Any] = {"record": opened(sealer, person)}
    classes = await session.execute(CLASSES, {"person": person.id})
    found["classes"] = [dict(row) for row in classes.mappings()]
    for section, query in SECTIONS.items():
        values = {"person": person.id} if ":person" in query else {}
        rows = (await session.execute(text(query), values)).mappings()
        found[section] = [_plain(sealer, section, row) for row in rows]
    return found


def _plain(sealer: Sealer, table: str, row: RowMapping) -> dict[str, Any]:
    """Open what is sealed in a row and leave out what stands for somebody of the staff."""
    identity = row["enrolment_id"] if table == "confirmations" else row.get("id")
    plain: dict[str, Any] = {}
    for name, value in row.items():
        if name.endswith("_sealed"):
            short = name.removesuffix("_sealed")
            plain[short] = _open(sealer, table, short, value, identity)
        elif name not in LEFT_OUT and name not in STAFF:
            plain[name] = value.hex() if isinstance(value, bytes) else value
    return plain


def _open(sealer: Sealer, table: str, name: str, value: bytes | None, row: Any) -> Any:
    if value is None:
        return None
    opened_value = sealer.open(value, table=table, column=f"{name}_sealed", row=row)
    return json.loads(opened_value) if name == "guardian" else opened_value
