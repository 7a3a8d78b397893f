"""Reads of results and certificates. Row security says which rows; leavers are in none."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assessments.models import Certificate
from services.registry.assessments.rules import Place
from shared import clock, problems

LOCK = text("select lock_class(:id)")
PEOPLE = text(
    "select e.id, e.trainee_id, e.name_sealed, e.completed, count(r.id) as attempts,"
    " max(r.assessed_on) as last_on,"
    " min(r.assessed_on) filter (where r.outcome = 'passed') as passed_on,"
    " exists (select 1 from certificates c where c.enrolment_id = e.id and c.state = 'valid')"
    " as certified"
    " from enrolments e left join results r on r.enrolment_id = e.id"
    " where e.class_id = :id and e.left_at is null group by e.id"
)
LAST_SESSION = text(
    "select max(lower(during)) from sessions where class_id = :id and state <> 'cancelled'"
)
RESULTS = text(
    "select r.id, r.enrolment_id, r.trainee_id, r.attempt, r.outcome, r.score, r.assessed_on"
    " from results r join enrolments e on e.id = r.enrolment_id and e.left_at is null"
    " where r.class_id = :id order by r.at, r.id"
)
CERTIFICATES = text(
    "select c.id, c.enrolment_id, c.trainee_id, c.kind, c.number_sealed, c.issued_on,"
    " c.issuer_id, c.issuer_name, c.state"
    " from certificates c join enrolments e on e.id = c.enrolment_id and e.left_at is null"
    " where c.class_id = :id order by c.at, c.id"
)
MINE = text(
    "select id, class_id, authority, kind, number_sealed, subject_name, level, issued_on,"
    " issuer_name, state, void_reason from certificates order by issued_on desc, id desc"
)
# Under the newest index keys and those before them: a rotation leaves no certificate unfound.
CHECK = text(
    "select c.kind, c.subject_name, c.level, c.issued_on, c.issuer_name, c.state"
    " from unnest(cast(:numbers as bytea[]), cast(:names as bytea[])) as asked(number, name),"
    " check_certificate(asked.number, asked.name) as c limit 1"
)


class Person(NamedTuple):
    """A confirmed trainee of a class: who for the database, and where they stand."""

    trainee_id: UUID
    name_sealed: bytes
    place: Place


async def lock_class(session: AsyncSession, class_id: UUID) -> None:
    """Hold a class still for whoever teaches, assesses or supervises it."""
    await session.execute(LOCK, {"id": class_id})


async def people(session: AsyncSession, class_id: UUID) -> dict[UUID, Person]:
    """Map the confirmed trainees of a class by enrolment."""
    rows = (await session.execute(PEOPLE, {"id": class_id})).all()
    return {
        row.id: Person(
            row.trainee_id,
            row.name_sealed,
            Place(
                enrolment_id=row.id,
                attempts=row.attempts,
                last_on=row.last_on,
                passed_on=row.passed_on,
                completed=row.completed,
                certified=row.certified,
            ),
        )
        for row in rows
    }


async def last_session_day(session: AsyncSession, class_id: UUID, *, otherwise: date) -> date:
    """Return the business day of a class's last session that was not cancelled."""
    found: datetime | None = (await session.execute(LAST_SESSION, {"id": class_id})).scalar_one()
    return clock.business_day(found) if found is not None else otherwise


async def results(session: AsyncSession, class_id: UUID) -> Sequence[Any]:
    """List the results of a class in the order of their filing."""
    return (await session.execute(RESULTS, {"id": class_id})).all()


async def certificates(session: AsyncSession, class_id: UUID) -> Sequence[Any]:
    """List the certificates of a class, numbers sealed."""
    return (await session.execute(CERTIFICATES, {"id": class_id})).all()


async def certificate(session: AsyncSession, certificate_id: UUID) -> Certificate:
    """Return a certificate that the caller may see. Raises NotFound."""
    found = await session.get(Certificate, certificate_id, populate_existing=True)
    if found is None:
        raise problems.NotFound
    return found


async def mine(session: AsyncSession) -> Sequence[Any]:
    """List the person's own certificates, numbers sealed."""
    return (await session.execute(MINE)).all()


async def check(
    session: AsyncSession, *, numbers: Sequence[bytes], names: Sequence[bytes]
) -> Any | None:
    """Find a certificate by the blind indexes of its number and its holder's name."""
    values = {"numbers": list(numbers), "names": list(names)}
    return (await session.execute(CHECK, values)).one_or_none()
