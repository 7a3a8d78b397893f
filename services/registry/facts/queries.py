"""Reads for a decision: each is one statement whatever the number of classes and persons."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import ids
from shared.principal import Principal

CLASSES = text(
    "select c.id, c.code, c.name, c.authority, c.organisation_id, c.basis, c.route,"
    " c.commission_id, c.agreement_number, c.offering_id, c.edition, c.kind, c.subject_code,"
    " c.subject_name, c.level, c.certificate_kind, c.target, c.outside, c.starts_on, c.ends_on,"
    " c.hours, c.state, c.held_since is not null as held, c.started_at, c.closed_at,"
    " coalesce((select sum(s.hours) from sessions s"
    "   where s.class_id = c.id and s.state = 'held'), 0)::integer as taught_hours"
    " from training_classes c where c.id = any(cast(:classes as uuid[])) order by c.id"
)
LINE = (
    "select e.id as enrolment_id, e.trainee_id, e.class_id, e.hours_attended, e.completed,"
    " t.id_sealed, d.attended_on, r.outcome, x.id as certificate_id, x.kind, x.subject_code,"
    " x.level, x.issued_on, x.number_sealed, x.state = 'valid' as valid, exists ("
    "   select 1 from confirmations f"
    "   where f.enrolment_id = e.id and f.trainee_id = e.trainee_id) as confirmed"
    " from enrolments e join trainees t on t.id = e.trainee_id"
    " left join lateral (select array_agg(distinct"
    "   (lower(s.during) at time zone 'Asia/Shanghai')::date) as attended_on"
    "   from attendance a join sessions s on s.id = a.session_id"
    "   where a.enrolment_id = e.id and a.present) d on true"
    " left join lateral (select outcome from results o"
    "   where o.enrolment_id = e.id order by attempt desc limit 1) r on true"
    " left join lateral (select * from certificates z where z.enrolment_id = e.id"
    "   order by (z.state = 'valid') desc, z.at desc limit 1) x on true"
)
# Who has left is in no claim of a class (POLICY 9.2); for the own allowance their days count.
OF_CLASSES = text(
    LINE + " where e.class_id = any(cast(:classes as uuid[])) and e.left_at is null"
    " order by e.class_id, e.id"
)
OF_PERSON = text(
    LINE + " where e.trainee_id = :person and e.class_id = any(cast(:classes as uuid[]))"
    " order by e.class_id, e.id"
)
CLASSES_OF = text(
    "select class_id from enrolments where trainee_id = :person group by class_id"
    " order by max(confirmed_at) desc, class_id limit :most"
)
NUMBER = text("select id_sealed from trainees where id = :person")
ENTRIES = text("select * from register_facts(cast(:places as uuid[]), cast(:people as bytea[]))")
COMPLETE = text(
    "select code, authority, document_number, as_of from registers"
    " where complete and replaced_at is null order by as_of, id"
)
BENEFITS = text(
    "select * from earlier_benefits(cast(:persons as uuid[]), cast(:people as bytea[]))"
)
STATEMENTS = text(
    "select id, trainee_id, class_id, said_sealed, at from statements"
    " where class_id = any(cast(:classes as uuid[])) and replaced_at is null"
    " and (cast(:person as uuid) is null or trainee_id = :person)"
)
# No conflict target: naming one would ask for the right to see the other row.
LOG = text(
    "insert into access_log (id, trainee_id, by_subject, office, purpose, what, at)"
    " select id, trainee_id, :by, office, :purpose, :what, :at"
    " from unnest(cast(:ids as uuid[]), cast(:trainees as uuid[]), cast(:offices as text[]))"
    " as t(id, trainee_id, office) on conflict do nothing"
)

Rows = Sequence[Row[Any]]


async def classes(session: AsyncSession, class_ids: Sequence[UUID]) -> Rows:
    """Return the classes that were asked about and are there, with the hours taught."""
    return (await session.execute(CLASSES, {"classes": list(class_ids)})).all()


async def lines_of_classes(session: AsyncSession, class_ids: Sequence[UUID]) -> Rows:
    """Return every place in the classes that nobody has left, with days, result and certificate."""
    return (await session.execute(OF_CLASSES, {"classes": list(class_ids)})).all()


async def lines_of_person(session: AsyncSession, person: UUID, class_ids: Sequence[UUID]) -> Rows:
    """Return one person's places in the classes, those they left too."""
    values = {"person": person, "classes": list(class_ids)}
    return (await session.execute(OF_PERSON, values)).all()


async def classes_of(session: AsyncSession, person: UUID, *, most: int) -> list[UUID]:
    """Return the classes that a person confirmed, the newest first, at most `most`."""
    return list((await session.execute(CLASSES_OF, {"person": person, "most": most})).scalars())


async def number_of(session: AsyncSession, person: UUID) -> bytes | None:
    """Return a person's sealed ID number, None if there is no such person."""
    return (await session.execute(NUMBER, {"person": person})).scalar_one_or_none()


async def entries(session: AsyncSession, places: Sequence[tuple[UUID, bytes]]) -> Rows:
    """Return what the lists say of each place's person; `places` pair a place with an index."""
    values = {"places": [place for place, _ in places], "people": [index for _, index in places]}
    return (await session.execute(ENTRIES, values)).all()


async def complete(session: AsyncSession) -> Rows:
    """Return the lists in force that are complete, the oldest first."""
    return (await session.execute(COMPLETE)).all()


async def benefits(session: AsyncSession, people: Sequence[tuple[UUID, bytes]]) -> Rows:
    """Return what each person received before the system was there."""
    values = {"persons": [who for who, _ in people], "people": [index for _, index in people]}
    return (await session.execute(BENEFITS, values)).all()


async def statements(
    session: AsyncSession, class_ids: Sequence[UUID], *, person: UUID | None
) -> Rows:
    """Return the current statements for classes, of one person or of all, still sealed."""
    values = {"person": person, "classes": list(class_ids)}
    return (await session.execute(STATEMENTS, values)).all()


async def log(
    session: AsyncSession,
    offices: dict[UUID, str | None],
    *,
    what: str,
    purpose: str,
    issue: UUID | None,
    by: Principal,
    at: datetime,
) -> None:
    """Tell each person that an office's service read of them, once an issue where one is named."""
    if not offices:
        return
    keys = ids.uuid7s(len(offices))
    if issue is not None:
        keys = [uuid5(issue, f"{purpose}:{person}") for person in offices]
    await session.execute(
        LOG,
        {
            "ids": keys,
            "trainees": list(offices),
            "offices": list(offices.values()),
            "by": by.subject,
            "purpose": purpose,
            "what": what,
            "at": at,
        },
    )
