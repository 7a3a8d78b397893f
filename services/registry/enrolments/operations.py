"""The person's verbs: confirm, refuse, leave. Each is theirs alone (POLICY.md 9.1, 9.2)."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import queries as classes
from services.registry.classes.models import TrainingClass
from services.registry.enrolments import consent, facts, holds, queries, refusals, rules, texts
from services.registry.enrolments.models import Confirmation, Decline, Enrolment
from services.registry.event_types import EventType
from services.registry.trainees.models import Trainee
from shared import clock as clocks
from shared import events, ids, problems
from shared.clock import Clock
from shared.principal import Principal
from shared.sealing import Sealer
from shared.service import Service

RULE = "POLICY 9.1|enrolment"
SEATS = text(
    "insert into occupied (enrolment_id, session_id, trainee_id, during)"
    " select :enrolment, id, :person, during from sessions"
    " where class_id = :class and state <> 'cancelled' order by during"
)
FREE = text("delete from occupied where enrolment_id = :enrolment and lower(during) > :now")


async def confirm(
    session: AsyncSession,
    *,
    class_id: UUID,
    said: rules.Yes,
    guardian: consent.Guardian | None,
    device: str | None,
    network: str | None,
    by: Principal,
    here: Service,
    clock: Clock,
) -> Enrolment:
    """Take the person's own yes: place, confirmation, seats and hold in one transaction.

    Raises the first of `refusals`, AlreadyConfirmed, ClassFull, TimeClash, or NotFound: row
    security shows a person the classes that are listed, invited them or had them.
    """
    assert by.trainee is not None
    assert by.login is not None
    now = clock.now()
    person = await queries.locked_person(session, by.trainee)
    training_class = await classes.visible(session, class_id)
    known = await facts.gather(
        session,
        training_class=training_class,
        number=facts.id_number(here.sealer, person),
        guardian=guardian is not None,
        said=said,
        here=here,
        now=now,
    )
    if await queries.place(session, class_id, person.id):
        raise refusals.AlreadyConfirmed
    refusals.refuse(rules.decide(known, facts.terms(here.plan, clock.today())))
    given = consent.Given("wechat", said, login=by.login, device=device, network=network)
    enrolment = await enrol(
        session, training_class=training_class, person=person, given=given, guardian=guardian,
        by=by, sealer=here.sealer, now=now,
    )  # fmt: skip
    await session.execute(
        delete(Decline).where(Decline.class_id == class_id, Decline.trainee_id == person.id)
    )
    await _look_at_burst(session, training_class=training_class, given=given, here=here, now=now)
    return enrolment


async def enrol(
    session: AsyncSession,
    *,
    training_class: TrainingClass,
    person: Trainee,
    given: consent.Given,
    guardian: consent.Guardian | None,
    by: Principal,
    sealer: Sealer,
    now: datetime,
) -> Enrolment:
    """Write a place with its confirmation and seats, tell claims; the database keeps the caps."""
    enrolment = ids.uuid7()
    name = sealer.open(person.name_sealed, table="trainees", column="name_sealed", row=person.id)
    row = Enrolment(
        id=enrolment,
        hold=uuid4(),  # opaque: not even the time of the confirmation can be read from it
        class_id=training_class.id,
        authority=training_class.authority,
        organisation_id=training_class.organisation_id,
        trainee_id=person.id,
        name_sealed=sealer.seal(name, table="enrolments", column="name_sealed", row=enrolment),
        confirmed_at=now,
        left_at=None,
        started=False,
        hours_attended=0,
        completed=False,
    )
    columns = Enrolment.__table__.columns
    values = {column.key: getattr(row, column.key) for column in columns}
    await session.execute(insert(Enrolment).values(values))
    await _write_down(session, row=row, given=given, guardian=guardian, sealer=sealer)
    await session.execute(
        SEATS, {"enrolment": enrolment, "person": person.id, "class": training_class.id}
    )
    # Without authority and organisation: the feed of nobody outside shows who confirmed.
    await events.append(
        session,
        [
            events.Event(
                type=EventType.ENROLMENT_CONFIRMED,
                subject=f"enrolment:{enrolment}",
                data={
                    "trainee_id": str(person.id),
                    "enrolment_id": str(enrolment),
                    "class_id": str(training_class.id),
                    "hold": str(row.hold),
                },
                rule=RULE,
            )
        ],
        by=by,
        at=now,
    )
    return row


async def _write_down(
    session: AsyncSession,
    *,
    row: Enrolment,
    given: consent.Given,
    guardian: consent.Guardian | None,
    sealer: Sealer,
) -> None:
    """Keep the yes itself beside the place: which text, which language, which channel."""
    beside = guardian.sealed(sealer, table="confirmations", row=row.id) if guardian else None
    await session.execute(
        insert(Confirmation).values(
            enrolment_id=row.id,
            trainee_id=row.trainee_id,
            channel=given.channel,
            matter=texts.MATTER,
            version=given.said.version,
            language=given.said.language,
            text_sha256=bytes.fromhex(given.said.text_sha256),
            login_id=given.login,
            device_index=sealer.index("device", given.device) if given.device else None,
            network_index=sealer.index("network", given.network) if given.network else None,
            guardian_sealed=beside,
            paper_id=given.paper,
            at=row.confirmed_at,
        )
    )


async def refuse(session: AsyncSession, *, class_id: UUID, by: Principal, now: datetime) -> None:
    """Keep the person's no where nobody else looks: no event, no count, no reason. POLICY 9.4.

    A paper that waits stays as it was: it cannot count any more, and nobody else learns why.
    Raises NotFound without an invitation, AlreadyConfirmed where leaving is meant, ClassStarted.
    """
    assert by.trainee is not None
    await queries.locked_person(session, by.trainee)
    training_class = await classes.visible(session, class_id)
    asked = await queries.is_invited(session, class_id, by.trainee)
    if not asked and not await queries.has_paper(session, class_id, by.trainee):
        raise problems.NotFound
    if await queries.place(session, class_id, by.trainee):
        raise refusals.AlreadyConfirmed
    if await classes.has_started(session, training_class, now):
        raise refusals.ClassStarted
    await session.execute(
        insert(Decline)
        .values(class_id=class_id, trainee_id=by.trainee, at=now)
        .on_conflict_do_nothing()
    )


async def leave(
    session: AsyncSession, *, enrolment_id: UUID, by: Principal, now: datetime
) -> datetime:
    """End the person's place at once: nobody is asked, no reason is taken, claims learn one hold.

    Leaving twice is leaving once. Raises NotFound, NothingToLeave after the class has closed.
    """
    assert by.trainee is not None
    await queries.locked_person(session, by.trainee)
    query = select(Enrolment, TrainingClass).join(
        TrainingClass, TrainingClass.id == Enrolment.class_id
    )
    found = (await session.execute(query.where(Enrolment.id == enrolment_id))).one_or_none()
    if found is None:
        raise problems.NotFound
    enrolment, training_class = found
    if enrolment.left_at is not None:
        return enrolment.left_at
    if training_class.closed_at is not None or training_class.state != "accepted":
        raise refusals.NothingToLeave
    await session.execute(
        update(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .values(left_at=now)
        .execution_options(synchronize_session=False)
    )
    await session.execute(FREE, {"enrolment": enrolment_id, "now": now})
    await holds.end(session, holds=[enrolment.hold], at=now)
    return now


async def _look_at_burst(
    session: AsyncSession,
    *,
    training_class: TrainingClass,
    given: consent.Given,
    here: Service,
    now: datetime,
) -> None:
    """Hold the class for a look where one device confirmed for too many people; the yes stands.

    What the front end names as the device may be left out: what the gateway saw counts as well.
    """
    found = here.plan.provision("enrolment").on(clocks.business_day(now))
    since = now - timedelta(minutes=found.integer("burst_minutes"))
    if training_class.released_at is not None:
        since = max(since, training_class.released_at)
    seen = {"device": given.device, "network": given.network}
    indexes = [here.sealer.index(name, value) for name, value in seen.items() if value]
    people = [await queries.device_count(session, index, since) for index in indexes]
    if max(people, default=0) <= found.integer("burst_confirmations"):
        return
    held = await session.execute(select(func.hold_class(training_class.id, now)))
    if held.scalar_one():
        event = events.Event(
            type=EventType.CLASS_HELD,
            subject=f"class:{training_class.id}",
            authority=training_class.authority,
            organisation=training_class.organisation_id,
            rule="POLICY 9.1|enrolment.burst_confirmations",
        )
        await events.append(session, [event], by=holds.REGISTRY, at=now)
