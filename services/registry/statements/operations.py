"""The person's own word on their conditions: asked after the yes, skipped and corrected at will."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import queries as classes
from services.registry.classes.models import TrainingClass
from services.registry.enrolments import queries as enrolments
from services.registry.enrolments.models import Enrolment
from services.registry.facts import opening, queries
from services.registry.facts import rules as facts
from services.registry.registers.operations import INDEX
from services.registry.statements import rules, wording
from services.registry.statements.models import Statement
from services.registry.trainees.models import Trainee
from shared import ids, problems
from shared.principal import Principal
from shared.service import Service


class StatementNotAsked(problems.Problem):
    """An answer is to no question of this class, or is none of its choices."""

    status = 422
    code = "statement_not_asked"
    title_zh = "回答的不是本班所问的问题，或者不在选项之中"
    title_en = "An answer is to no question of this class, or none of its choices"


class StatementTextChanged(problems.Problem):
    """The questions were worded anew since they were shown."""

    status = 409
    code = "statement_text_changed"
    title_zh = "问题的文字已经更新，请重新查看后再回答"
    title_en = "The questions were worded anew; please look at them again"


@dataclass(frozen=True, slots=True)
class Asked:
    """One class's questions for one person: what was said, when, and what lists say."""

    training_class: TrainingClass
    questions: tuple[rules.Question, ...]
    answers: Mapping[str, str]
    stated_at: datetime | None
    known: facts.Known


async def asked(session: AsyncSession, *, class_id: UUID, by: Principal, here: Service) -> Asked:
    """Gather the questions of a class that the caller confirmed. Raises NotFound otherwise."""
    person = await enrolments.person(session, _own(by))
    training_class, place = await _place(session, class_id, person.id)
    return await _asked(session, person, training_class, place, here)


async def state(
    session: AsyncSession,
    *,
    class_id: UUID,
    version: str,
    language: str,
    answers: Mapping[str, str],
    by: Principal,
    here: Service,
    now: datetime,
) -> Asked:
    """Keep what the caller says in the place of what they said before; the same changes nothing.

    Raises NotFound, StatementTextChanged, StatementNotAsked.
    """
    person = await enrolments.locked_person(session, _own(by))
    training_class, place = await _place(session, class_id, person.id)
    if version != wording.VERSION:
        raise StatementTextChanged
    before = await _current(session, class_id, person.id)
    questions = _questions(here, training_class)
    if wrong := rules.unasked(answers, questions):
        raise StatementNotAsked(errors=[{"question": name} for name in wrong])
    said = {"version": version, "language": language, "answers": dict(sorted(answers.items()))}
    if before is None or _opened(here, before)["answers"] != said["answers"]:
        await _write(session, before, person.id, class_id, said, here=here, now=now)
    return await _asked(session, person, training_class, place, here)


def _own(by: Principal) -> UUID:
    assert by.trainee is not None
    return by.trainee


async def _place(
    session: AsyncSession, class_id: UUID, person: UUID
) -> tuple[TrainingClass, Enrolment]:
    """Return the class and the caller's latest place in it; leaving takes no question away."""
    query = (
        select(Enrolment)
        .where(Enrolment.class_id == class_id, Enrolment.trainee_id == person)
        .order_by(Enrolment.confirmed_at.desc())
        .limit(1)
    )
    place = (await session.execute(query)).scalar_one_or_none()
    if place is None:
        raise problems.NotFound
    return await classes.visible(session, class_id), place


def _questions(here: Service, training_class: TrainingClass) -> tuple[rules.Question, ...]:
    on = training_class.starts_on
    return rules.questions(
        here.plan.categories,
        pension_category=opening.terms(here.plan, on).pension_category,
        agreement=training_class.basis == "agreement",
        on=on,
    )


async def _current(session: AsyncSession, class_id: UUID, person: UUID) -> Statement | None:
    query = select(Statement).where(
        Statement.class_id == class_id,
        Statement.trainee_id == person,
        Statement.replaced_at.is_(None),
    )
    return (await session.execute(query)).scalar_one_or_none()


def _opened(here: Service, row: Statement) -> dict[str, Any]:
    said = here.sealer.open(row.said_sealed, table="statements", column="said_sealed", row=row.id)
    found: dict[str, Any] = json.loads(said)
    return found


async def _write(
    session: AsyncSession,
    before: Statement | None,
    person: UUID,
    class_id: UUID,
    said: Mapping[str, Any],
    *,
    here: Service,
    now: datetime,
) -> None:
    if before is not None:
        replaced = update(Statement).where(Statement.id == before.id).values(replaced_at=now)
        await session.execute(replaced.execution_options(synchronize_session=False))
        session.expunge(before)
    key = ids.uuid7()
    plain = json.dumps(said, ensure_ascii=False, sort_keys=True)
    await session.execute(
        insert(Statement).values(
            id=key,
            trainee_id=person,
            class_id=class_id,
            said_sealed=here.sealer.seal(plain, table="statements", column="said_sealed", row=key),
            at=now,
        )
    )


async def _asked(
    session: AsyncSession,
    person: Trainee,
    training_class: TrainingClass,
    place: Enrolment,
    here: Service,
) -> Asked:
    """Read back what stands, and what the lists say of the caller."""
    stands = await _current(session, training_class.id, person.id)
    keys = opening.indexes(here.sealer, {person.id: person.id_sealed}, INDEX)[person.id]
    listed = await queries.entries(session, [(place.id, key) for key in keys])
    on = training_class.starts_on
    known = facts.of(
        course=opening.course(training_class),
        entries=opening.entries(here.sealer, listed).get(place.id, ()),
        complete=(),
        said=None,
        terms=opening.terms(here.plan, on),
    )
    return Asked(
        training_class,
        _questions(here, training_class),
        _opened(here, stands)["answers"] if stands else {},
        stands.at if stands else None,
        known,
    )
