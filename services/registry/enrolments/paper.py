"""A yes on paper: two officers of two offices, told to the person, undone by leaving."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import queries as classes
from services.registry.enrolments import consent, facts, operations, queries, refusals, rules
from services.registry.enrolments.models import Enrolment, PaperConfirmation
from services.registry.event_types import EventType
from services.registry.trainees import bindings, notices, reads
from shared import events, ids, problems
from shared.clock import Clock
from shared.principal import Principal
from shared.sealing import Sealer
from shared.service import Service

RULE = "POLICY 9.1|enrolment.paper_officers"


async def first(
    session: AsyncSession,
    *,
    class_id: UUID,
    card: bindings.Card,
    said: rules.Yes,
    image_sha256: str,
    guardian: consent.Guardian | None,
    by: Principal,
    here: Service,
    clock: Clock,
) -> PaperConfirmation | None:
    """Register a signed paper and tell the person; None where the card's name differs.

    Raises the first of `refusals`, AlreadyConfirmed, PaperPending, NotFound.
    """
    now = clock.now()
    training_class = await classes.visible(session, class_id)
    if training_class.authority not in by.authorities:
        raise problems.NotFound
    person = await bindings.person_of(session, here.sealer, shown=card, by=by, at=now)
    if person is None:
        return None
    known = await facts.gather(
        session,
        training_class=training_class,
        number=card.number,
        guardian=guardian is not None,
        said=said,
        here=here,
        now=now,
    )
    refusals.refuse(rules.decide(known, facts.terms(here.plan, clock.today())))
    if await queries.place(session, class_id, person):
        raise refusals.AlreadyConfirmed
    paper = ids.uuid7()
    row = PaperConfirmation(
        id=paper,
        class_id=class_id,
        authority=training_class.authority,
        trainee_id=person,
        version=said.version,
        language=said.language,
        text_sha256=bytes.fromhex(said.text_sha256),
        image_sha256=bytes.fromhex(image_sha256),
        guardian_sealed=guardian.sealed(here.sealer, table="paper_confirmations", row=paper)
        if guardian
        else None,
        first_by=by.subject,
        first_office=office(by),
        first_at=now,
    )
    values = {
        column.key: getattr(row, column.key) for column in PaperConfirmation.__table__.columns
    }
    await session.execute(insert(PaperConfirmation).values(values))
    await _tell(session, row, notices.Kind.PAPER_FIRST, EventType.PAPER_FIRST, by=by, now=now)
    return row


async def second(
    session: AsyncSession,
    *,
    paper_id: UUID,
    image_sha256: str,
    by: Principal,
    here: Service,
    clock: Clock,
) -> Enrolment:
    """Count a paper as the person's confirmation after a second office has looked at it.

    Raises NotFound, PaperDiffers, SameOffice, and whatever a confirmation may be refused for.
    """
    now = clock.now()
    query = select(PaperConfirmation).where(PaperConfirmation.id == paper_id).with_for_update()
    paper = (await session.execute(query)).scalar_one_or_none()
    if paper is None:
        raise problems.NotFound
    if paper.second_by is not None:
        raise refusals.AlreadyConfirmed
    if paper.image_sha256 != bytes.fromhex(image_sha256):
        raise refusals.PaperDiffers
    person = await queries.locked_person(session, paper.trainee_id)
    training_class = await classes.visible(session, paper.class_id)
    said = rules.Yes(paper.version, paper.language, paper.text_sha256.hex())
    known = await facts.gather(
        session,
        training_class=training_class,
        number=facts.id_number(here.sealer, person),
        guardian=paper.guardian_sealed is not None,
        said=said,
        here=here,
        now=now,
    )
    refusals.refuse(rules.decide(known, facts.terms(here.plan, clock.today())))
    await reads.log(
        session, trainees=[person.id], what="name", purpose="paper_confirmation", by=by, at=now
    )
    await session.execute(
        update(PaperConfirmation)
        .where(PaperConfirmation.id == paper_id)
        .values(second_by=by.subject, second_office=office(by), second_at=now)
        .execution_options(synchronize_session=False)
    )
    enrolment = await operations.enrol(
        session,
        training_class=training_class,
        person=person,
        given=consent.Given("paper", said, paper=paper_id),
        guardian=_guardian(here.sealer, paper),
        by=by,
        sealer=here.sealer,
        now=now,
    )
    await _tell(
        session, paper, notices.Kind.PAPER_CONFIRMED, EventType.PAPER_SECOND, by=by, now=now
    )
    return enrolment


def office(by: Principal) -> str:
    """Return the office an officer signs for."""
    return by.office or bindings.authority_of(by)


def _guardian(sealer: Sealer, paper: PaperConfirmation) -> consent.Guardian | None:
    if paper.guardian_sealed is None:
        return None
    return consent.Guardian.opened(
        sealer, paper.guardian_sealed, table="paper_confirmations", row=paper.id
    )


async def _tell(
    session: AsyncSession,
    paper: PaperConfirmation,
    kind: notices.Kind,
    event: EventType,
    *,
    by: Principal,
    now: datetime,
) -> None:
    """Tell the person, and write down which office signed; the event names nobody."""
    await notices.tell(
        session,
        people=[paper.trainee_id],
        kind=kind,
        at=now,
        data={"class_id": str(paper.class_id), "office": office(by)},
    )
    told = events.Event(
        type=event,
        subject=f"class:{paper.class_id}",
        authority=paper.authority,
        data={"office": office(by)},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=now)
