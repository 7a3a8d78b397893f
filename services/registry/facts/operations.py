"""Answer what a decision needs, in a handful of statements, and write down for whom it was read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facts import opening, queries, rules, schemas
from services.registry.registers.operations import INDEX
from shared import problems
from shared.principal import Principal
from shared.service import Service
from shared.standards import certificates, levels

PURPOSE, WHAT = "claim_decision", "facts"
OFFICE = "hrss"


async def of_classes(
    session: AsyncSession,
    *,
    class_ids: Sequence[UUID],
    claim: UUID | None,
    claimant: UUID | None,
    by: Principal,
    here: Service,
    now: datetime,
) -> schemas.FactsOut:
    """Answer for every place in some classes that nobody has left. NotFound.

    Nothing is read, and nothing logged for anyone, for a claimant whose classes these are not.
    """
    classes = await _classes(session, class_ids)
    if claimant is not None and {one.organisation_id for one in classes.values()} != {claimant}:
        raise problems.NotFound
    lines = await queries.lines_of_classes(session, class_ids)
    return await _answer(
        session,
        classes,
        lines,
        own=None,
        claim=claim,
        by=by,
        here=here,
        now=now,
    )


async def of_person(
    session: AsyncSession,
    *,
    person: UUID,
    class_ids: Sequence[UUID] | None,
    claim: UUID | None,
    by: Principal,
    here: Service,
    now: datetime,
) -> schemas.FactsOut:
    """Answer for one person's own places, those they left too. NotFound for an unknown person."""
    asked = class_ids
    if asked is None:
        asked = await queries.classes_of(session, person, most=schemas.CLASSES_MAX)
    number = await queries.number_of(session, person)
    if number is None:
        raise problems.NotFound
    classes = await _classes(session, asked)
    lines = await queries.lines_of_person(session, person, asked)
    own = (person, number)
    return await _answer(
        session,
        classes,
        lines,
        own=own,
        claim=claim,
        by=by,
        here=here,
        now=now,
    )


async def _classes(session: AsyncSession, class_ids: Sequence[UUID]) -> dict[UUID, Any]:
    found = await queries.classes(session, class_ids)
    if len(found) != len(set(class_ids)):
        raise problems.NotFound
    return {row.id: row for row in found}


async def _answer(
    session: AsyncSession,
    classes: Mapping[UUID, Any],
    lines: queries.Rows,
    *,
    own: tuple[UUID, bytes] | None,
    claim: UUID | None,
    by: Principal,
    here: Service,
    now: datetime,
) -> schemas.FactsOut:
    """Join what five reads tell; how many they are does not depend on how much is asked."""
    sealed = {line.trainee_id: line.id_sealed for line in lines}
    if own is not None:
        sealed[own[0]] = own[1]
    indexes = opening.indexes(here.sealer, sealed, INDEX)
    entries = opening.entries(
        here.sealer,
        await queries.entries(
            session,
            [(line.enrolment_id, one) for line in lines for one in indexes[line.trainee_id]],
        ),
    )
    complete = [
        rules.Complete(row.code, row.authority, row.document_number, row.as_of)
        for row in await queries.complete(session)
    ]
    earlier = await _earlier(session, indexes)
    said = await queries.statements(session, list(classes), person=own[0] if own else None)
    statements = opening.statements(here.sealer, said)
    offices = {line.trainee_id: f"{classes[line.class_id].authority}/{OFFICE}" for line in lines}
    asked: dict[UUID, str | None] = {person: offices.get(person) for person in sealed}
    await queries.log(session, asked, what=WHAT, purpose=PURPOSE, issue=claim, by=by, at=now)
    found = []
    for line in lines:
        course = classes[line.class_id]
        known = rules.of(
            course=opening.course(course),
            entries=entries.get(line.enrolment_id, ()),
            complete=complete,
            said=statements.get((line.trainee_id, line.class_id)),
            terms=opening.terms(here.plan, course.starts_on),
        )
        days = sorted(line.attended_on or ())
        found.append(_line(here, line, known, days, earlier[line.trainee_id], own=own is not None))
    return schemas.FactsOut(
        classes=[
            schemas.ClassFact.model_validate(schemas.values(row, schemas.ClassFact))
            for row in classes.values()
        ],
        lines=found,
        earlier=None if own is None else earlier[own[0]],
    )


async def _earlier(
    session: AsyncSession, indexes: Mapping[UUID, Sequence[bytes]]
) -> dict[UUID, list[schemas.Earlier]]:
    pairs = [(person, one) for person, several in indexes.items() for one in several]
    found: dict[UUID, list[schemas.Earlier]] = defaultdict(list)
    for row in await queries.benefits(session, pairs):
        one = schemas.Earlier(
            kind=row.kind, subject_code=row.subject_code, level=row.level, on=row.received_on
        )
        if one not in found[row.trainee_id]:
            found[row.trainee_id].append(one)
    return found


def _line(
    here: Service,
    line: Any,
    known: rules.Known,
    days: list[date],
    earlier: list[schemas.Earlier],
    *,
    own: bool,
) -> schemas.LineFact:
    return schemas.LineFact(
        enrolment_id=line.enrolment_id,
        trainee_id=line.trainee_id,
        class_id=line.class_id,
        confirmed=line.confirmed,
        hours_attended=line.hours_attended,
        attended_days=len(days),
        attended_on=days if own else None,
        completed=line.completed,
        result=line.outcome,
        certificate=_certificate(here, line) if line.certificate_id else None,
        facts=_person(known),
        earlier=earlier,
    )


def _person(known: rules.Known) -> schemas.PersonFact:
    return schemas.PersonFact(
        categories=[
            schemas.CategoryFact(code=code, **asdict(fact))
            for code, fact in known.categories.items()
        ],
        pension=_fact(known.pension),
        employer=_employer(known.employer),
        charged=_fact(known.charged),
    )


def _fact(fact: rules.Fact | None) -> schemas.FactOut | None:
    return None if fact is None else schemas.FactOut.model_validate(asdict(fact))


def _employer(known: rules.Employer | None) -> schemas.EmployerFact | None:
    return None if known is None else schemas.EmployerFact.model_validate(asdict(known))


def _certificate(here: Service, line: Any) -> schemas.CertificateFact:
    """Tell of a certificate whether its number has the form of its kind, and not the number."""
    number = here.sealer.open(
        line.number_sealed, table="certificates", column="number_sealed", row=line.certificate_id
    )
    level = levels.of_number(line.level) if line.level else None
    kind = certificates.Kind(line.kind)
    fault = certificates.check(kind, number, level, on=line.issued_on)
    return schemas.CertificateFact(
        kind=line.kind,
        subject_code=line.subject_code,
        level=line.level,
        issued_on=line.issued_on,
        number_ok=fault is None,
        valid=line.valid,
    )
