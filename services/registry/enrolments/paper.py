"""A yes on paper: two officers of two offices, told to the person, undone by leaving.

What officers hear comes from the paper alone, so a no of the person is not to be read from it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import queries as classes
from services.registry.classes.models import TrainingClass
from services.registry.enrolments import consent, facts, operations, queries, refusals, rules
from services.registry.enrolments.models import PaperConfirmation
from services.registry.event_types import EventType
from services.registry.trainees import bindings, notices, reads
from services.registry.trainees.models import Trainee
from shared import events, ids, problems
from shared.clock import Clock
from shared.principal import Principal
from shared.sealing import Sealer
from shared.service import Service

RULE = "POLICY 9.1|enrolment.paper_officers"
NOW = text("set constraints own_confirmation immediate")


class PaperSigned(problems.Problem):
    """Two offices have signed it; what became of the place is the person's to tell."""

    status = 409
    code = "paper_signed"
    title_zh = "该纸面确认书已由两个科室签字"
    title_en = "Two offices have signed this paper already"


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
    await _note(session, row, EventType.PAPER_FIRST, by=by, now=now)
    await _tell(session, row, notices.Kind.PAPER_FIRST, by=by, now=now)
    return row


async def second(
    session: AsyncSession,
    *,
    paper_id: UUID,
    image_sha256: str,
    by: Principal,
    here: Service,
    clock: Clock,
) -> None:
    """Sign a paper for a second office; it counts unless the person has said no or left since.

    Raises NotFound, PaperSigned, PaperDiffers, SameOffice, and whatever a confirmation may be
    refused for; for who said no, exactly the same.
    """
    now = clock.now()
    query = select(PaperConfirmation).where(PaperConfirmation.id == paper_id).with_for_update()
    paper = (await session.execute(query)).scalar_one_or_none()
    if paper is None:
        raise problems.NotFound
    if paper.second_by is not None:
        raise PaperSigned
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
    await _note(session, paper, EventType.PAPER_SECOND, by=by, now=now)
    counts = await _count(
        session, training_class, person, paper=paper, said=said, by=by, sealer=here.sealer, now=now
    )
    if counts:
        await _tell(session, paper, notices.Kind.PAPER_CONFIRMED, by=by, now=now)


async def _count(
    session: AsyncSession,
    training_class: TrainingClass,
    person: Trainee,
    *,
    paper: PaperConfirmation,
    said: rules.Yes,
    by: Principal,
    sealer: Sealer,
    now: datetime,
) -> bool:
    """Write the place, and take it back at once where the database knows of the person's own no.

    Done before it is asked: a full class or a clash of hours is refused alike for everybody.
    """
    try:
        async with session.begin_nested():
            await operations.enrol(
                session,
                training_class=training_class,
                person=person,
                given=consent.Given("paper", said, paper=paper.id),
                guardian=_guardian(sealer, paper),
                by=by,
                sealer=sealer,
                now=now,
            )
            await session.execute(NOW)
    except IntegrityError as error:
        original = getattr(error.orig, "__cause__", None)
        if getattr(original, "constraint_name", None) != "own_no":
            raise
        return False
    return True


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
    *,
    by: Principal,
    now: datetime,
) -> None:
    """Tell the person which office signed."""
    await notices.tell(
        session,
        people=[paper.trainee_id],
        kind=kind,
        at=now,
        data={"class_id": str(paper.class_id), "office": office(by)},
    )


async def _note(
    session: AsyncSession,
    paper: PaperConfirmation,
    event: EventType,
    *,
    by: Principal,
    now: datetime,
) -> None:
    """Write down which office signed; the event names nobody."""
    told = events.Event(
        type=event,
        subject=f"class:{paper.class_id}",
        authority=paper.authority,
        data={"office": office(by)},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=now)
