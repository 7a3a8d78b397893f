"""File results, issue and void certificates: all lines of a request, or none."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assessments import issuers, queries, rules
from services.registry.assessments.issuers import Issuer
from services.registry.assessments.models import Certificate, Result
from services.registry.assessments.queries import Person
from services.registry.assessments.schemas import CertificateIn, Outcome, ResultIn
from services.registry.classes import counting
from services.registry.classes import queries as class_queries
from services.registry.classes.models import TrainingClass
from services.registry.enrolments import grounds
from services.registry.event_types import EventType
from services.registry.trainees import notices
from shared import clock, events, ids, problems
from shared.principal import Principal, Role
from shared.sealing import Sealer
from shared.standards import certificates, names
from shared.standards.certificates import Kind

RULE = "certificates"
NEVER_ATTENDED = text(
    "select id from enrolments where class_id = :id and left_at is null and not started"
)
SERIALS = text(
    "insert into certificate_serials (authority, year, last)"
    " select :authority, year, count from unnest(cast(:years as integer[]),"
    " cast(:counts as integer[])) as t(year, count) order by year"
    " on conflict (authority, year) do update set last = certificate_serials.last + excluded.last"
    " returning year, last"
)


class ResultsNotFileable(problems.Problem):
    """At least one line stands against the rules; `errors` lists every fault of every line."""

    status = 422
    code = "results_not_fileable"
    title_zh = "考核结果不能登记"
    title_en = "The results cannot be filed"


class CertificatesNotIssuable(problems.Problem):
    """At least one line stands against the rules; `errors` lists every fault of every line."""

    status = 422
    code = "certificates_not_issuable"
    title_zh = "证书不能登记"
    title_en = "The certificates cannot be issued"


class ClassNotClosed(problems.Problem):
    """Completion is known only once all attendance sheets are in."""

    status = 409
    code = "class_not_closed"
    title_zh = "考勤尚未全部登记，暂不能发放培训合格证书"
    title_en = "Attendance is not complete yet; completion certificates come afterwards"


class CertificateNumberTaken(problems.Problem):
    """A valid certificate has this number; whose it is stays untold."""

    status = 409
    code = "certificate_number_taken"
    title_zh = "证书编号已被登记"
    title_en = "The certificate number is taken"


class CertificateNotValid(problems.Problem):
    """The certificate is voided already."""

    status = 409
    code = "certificate_not_valid"
    title_zh = "该证书已经作废"
    title_en = "The certificate is voided already"


CONSTRAINTS: dict[str, type[problems.Problem]] = {
    "certificate_number_once": CertificateNumberTaken,
    "certificate_permit_once": CertificateNumberTaken,
}


async def file_results(
    session: AsyncSession,
    *,
    class_id: UUID,
    lines: Sequence[ResultIn],
    by: Principal,
    now: datetime,
) -> list[Result]:
    """File what trainees achieved; up to three attempts each. Raises ResultsNotFileable."""
    await queries.lock_class(session, class_id)
    training_class = await class_queries.visible(session, class_id)
    issuers.assessable(training_class)
    people = await queries.people(session, class_id)
    last = await queries.last_session_day(session, class_id, otherwise=training_class.ends_on)
    places = {key: person.place for key, person in people.items()}
    never = (await session.execute(NEVER_ATTENDED, {"id": class_id})).scalars().all()
    faults = rules.results(
        lines,
        places,
        kind=Kind(training_class.certificate_kind),
        never_attended=frozenset(never),
        last_session=last,
        on=clock.business_day(now),
    )
    if faults:
        raise ResultsNotFileable(errors=issuers.errors(faults, of="results"))
    rows = [
        {
            "id": own,
            "enrolment_id": line.enrolment_id,
            **_of_class(training_class),
            "assessor_id": training_class.assessor_id,
            "trainee_id": people[line.enrolment_id].trainee_id,
            "attempt": places[line.enrolment_id].attempts + 1,
            "outcome": line.outcome.value,
            "score": line.score,
            "assessed_on": line.assessed_on,
            "by_subject": by.subject,
            "at": now,
        }
        for own, line in zip(ids.uuid7s(len(lines)), lines, strict=True)
    ]
    await session.execute(insert(Result).values(rows))
    counts = Counter(line.outcome for line in lines)
    filed = events.Event(
        type=EventType.RESULTS_FILED,
        subject=f"class:{class_id}",
        authority=training_class.authority,
        organisation=training_class.organisation_id,
        data={outcome.value: counts[outcome] for outcome in Outcome},
        rule=RULE,
    )
    await events.append(session, [filed], by=by, at=now)
    await _tell(session, rows, kind=notices.Kind.RESULT_FILED, at=now)
    return [Result(**row) for row in rows]


async def issue(
    session: AsyncSession,
    *,
    class_id: UUID,
    lines: Sequence[CertificateIn],
    issuer: Issuer,
    sealer: Sealer,
    by: Principal,
    now: datetime,
) -> list[tuple[Certificate, str]]:
    """Issue certificates on passed results; returns each with its number.

    Raises CertificatesNotIssuable, ClassNotClosed, CertificateNumberTaken. POLICY 8.10
    """
    await queries.lock_class(session, class_id)
    training_class = await class_queries.visible(session, class_id)
    issuers.assessable(training_class)
    kind = Kind(training_class.certificate_kind)
    if kind is Kind.COMPLETION and training_class.closed_at is None:
        raise ClassNotClosed
    people = await queries.people(session, class_id)
    faults = rules.issues(
        lines,
        {key: person.place for key, person in people.items()},
        kind=kind,
        level=training_class.level,
        on=clock.business_day(now),
    )
    if faults:
        raise CertificatesNotIssuable(errors=issuers.errors(faults, of="certificates"))
    if kind is Kind.COMPLETION:
        numbers = await _own_numbers(session, training_class.authority, lines)
    else:
        numbers = [certificates.normalise(line.number or "") for line in lines]
    rows = _rows(
        training_class=training_class,
        lines=lines,
        numbers=numbers,
        people=people,
        issuer=issuer,
        sealer=sealer,
        by=by,
        now=now,
    )
    await session.execute(insert(Certificate).values(rows))
    await events.append(session, _issued(training_class, rows), by=by, at=now)
    await _tell(session, rows, kind=notices.Kind.CERTIFICATE_ISSUED, at=now)
    return [(Certificate(**row), number) for row, number in zip(rows, numbers, strict=True)]


async def void(
    session: AsyncSession, *, certificate_id: UUID, reason: str, by: Principal, now: datetime
) -> Certificate:
    """Void a certificate, by its issuer or an officer. Raises WrongIssuer, CertificateNotValid."""
    seen = await queries.certificate(session, certificate_id)
    await queries.lock_class(session, seen.class_id)
    officer = by.role is Role.OFFICER and seen.authority in by.authorities
    if not officer and (by.organisation is None or by.organisation != seen.issuer_id):
        raise issuers.WrongIssuer
    changed = await session.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.state == "valid")
        .values(state="voided", voided_by=by.subject, voided_at=now, void_reason=reason)
        .returning(Certificate.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        raise CertificateNotValid
    voided = await queries.certificate(session, certificate_id)
    training_class = await session.get(TrainingClass, seen.class_id, populate_existing=True)
    happened = [_voided(voided)]
    # A class that no longer counts took its certificates back when it was voided.
    if training_class is not None and training_class.state == "accepted":
        quarter = counting.quarter_of(voided.issued_on)
        happened.append(counting.counted(training_class, quarter=quarter, certified=-1))
    await events.append(session, happened, by=by, at=now)
    await grounds.fall(
        session,
        enrolment_id=voided.enrolment_id,
        fallen=[grounds.Ground(grounds.What.CERTIFICATE_VOIDED)],
        at=now,
    )
    whose = {"trainee_id": voided.trainee_id, "class_id": voided.class_id}
    await _tell(session, [whose], kind=notices.Kind.CERTIFICATE_VOIDED, at=now)
    return voided


async def _tell(
    session: AsyncSession, rows: Sequence[Mapping[str, Any]], *, kind: notices.Kind, at: datetime
) -> None:
    """Tell each person of the rows, which are of one class, what happened."""
    people = [row["trainee_id"] for row in rows]
    data = {"class_id": str(rows[0]["class_id"])}
    await notices.tell(session, people=people, kind=kind, at=at, data=data)


async def _own_numbers(
    session: AsyncSession, authority: str, lines: Sequence[CertificateIn]
) -> list[str]:
    """Give completion certificates their numbers in the order of the request, without gaps."""
    years = Counter(line.issued_on.year for line in lines)
    values = {"authority": authority, "years": list(years), "counts": list(years.values())}
    rows = (await session.execute(SERIALS, values)).all()
    following = {row.year: row.last - years[row.year] + 1 for row in rows}
    numbers = []
    for line in lines:
        year = line.issued_on.year
        numbers.append(certificates.issue_completion(authority, year, following[year]))
        following[year] += 1
    return numbers


def _of_class(training_class: TrainingClass) -> dict[str, Any]:
    return {
        "class_id": training_class.id,
        "authority": training_class.authority,
        "organisation_id": training_class.organisation_id,
    }


def _rows(
    *,
    training_class: TrainingClass,
    lines: Sequence[CertificateIn],
    numbers: Sequence[str],
    people: Mapping[UUID, Person],
    issuer: Issuer,
    sealer: Sealer,
    by: Principal,
    now: datetime,
) -> list[dict[str, Any]]:
    """Seal numbers and index them with the names under which people confirmed."""
    own = ids.uuid7s(len(lines))
    enrolments = [line.enrolment_id for line in lines]
    shown = sealer.open_many(
        [people[one].name_sealed for one in enrolments],
        table="enrolments",
        column="name_sealed",
        rows=enrolments,
    )
    sealed = sealer.seal_many(numbers, table="certificates", column="number_sealed", rows=own)
    return [
        {
            "id": own[index],
            "enrolment_id": line.enrolment_id,
            **_of_class(training_class),
            "issuer_id": issuer.organisation,
            "issuer_name": issuer.name,
            "trainee_id": people[line.enrolment_id].trainee_id,
            "kind": training_class.certificate_kind,
            "number_sealed": bytes(sealed[index]),
            "number_index": sealer.index("certificate_number", numbers[index]),
            "name_index": sealer.index("name", names.search_key(shown[index])),
            "subject_code": training_class.subject_code,
            "subject_name": training_class.subject_name,
            "level": training_class.level,
            "issued_on": line.issued_on,
            "state": "valid",
            "by_subject": by.subject,
            "at": now,
        }
        for index, line in enumerate(lines)
    ]


def row_hash(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Hash what certificates certify, of whom and by whom, in the order of the event's list."""
    keys = ("id", "enrolment_id", "class_id", "organisation_id", "issuer_id", "trainee_id")
    plain = [
        [
            *(str(row[name]) for name in keys),
            row["authority"],
            row["issuer_name"],
            row["kind"],
            row["number_index"].hex(),
            row["name_index"].hex(),
            row["subject_code"],
            row["subject_name"],
            row["level"],
            _iso(row["issued_on"]),
            row["state"],
            row.get("void_reason"),
        ]
        for row in rows
    ]
    canonical = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    return sha256(canonical.encode()).digest()


def _iso(day: date) -> str:
    return day.isoformat()


def _issued(training_class: TrainingClass, rows: Sequence[Mapping[str, Any]]) -> list[events.Event]:
    issued = events.Event(
        type=EventType.CERTIFICATE_ISSUED,
        subject=f"class:{training_class.id}",
        authority=training_class.authority,
        organisation=training_class.organisation_id,
        data={
            "count": len(rows),
            "kind": training_class.certificate_kind,
            "certificates": [str(row["id"]) for row in rows],
        },
        rule=RULE,
        row_hash=row_hash(rows),
    )
    quarters = Counter(counting.quarter_of(row["issued_on"]) for row in rows)
    return [
        issued,
        *(
            counting.counted(training_class, quarter=quarter, certified=count)
            for quarter, count in sorted(quarters.items())
        ),
    ]


def _voided(voided: Certificate) -> events.Event:
    row = {column.name: getattr(voided, column.name) for column in Certificate.__table__.columns}
    return events.Event(
        type=EventType.CERTIFICATE_VOIDED,
        subject=f"class:{voided.class_id}",
        authority=voided.authority,
        organisation=voided.organisation_id,
        data={"count": 1, "kind": voided.kind, "certificates": [str(voided.id)]},
        rule=RULE,
        row_hash=row_hash([row]),
    )
