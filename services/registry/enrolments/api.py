"""HTTP of the person's own yes, no and leaving. Only a bound log-in of the person comes here."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry import peers
from services.registry.classes import queries as classes
from services.registry.classes.models import ClassSession, TrainingClass
from services.registry.enrolments import facts, operations, queries, refusals, rules, schemas, texts
from services.registry.enrolments.models import Enrolment, Invitation
from shared import pages, problems, routing
from shared.clock import Clock
from shared.principal import Principal
from shared.service import Service

router = routing.router("/me", tags=["enrolments"])

# Set by the gateway alone, never by a caller: an index of the address and browser it saw.
Network = Annotated[
    str | None,
    Header(alias="X-Zhipei-Device", pattern=r"^[0-9a-f]{32}$", include_in_schema=False),
]
Language = Annotated[
    schemas.Language | None, Query(description="language of the text; default: one's own")
]


@router.get("/invitations", summary="本人收到的培训班邀请")
async def list_my_invitations(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.InvitationOut]:
    """List the caller's own invitations, with their own answers."""
    query = pages.keyset(
        queries.invitations(),
        [Invitation.at.expression, Invitation.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).all()
    return pages.page(rows, limit, lambda row: (row[0].at, row[0].id), _invitation)


@router.get("/invitations/{class_id}", summary="培训班情况、占用名额和确认书文本")
async def get_my_invitation(
    class_id: UUID,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    language: Language = None,
) -> schemas.InvitationDetail:
    """Show all that the caller decides on: class, sessions, slot and the text in a language.

    An unreviewed text comes with the authoritative one beside it. NotFound without an invitation
    to a class that is not listed.
    """
    # The institution's name is asked of a peer: not while a transaction is open.
    async with here.database.transaction(by) as session:
        detail, training_class, chosen = await _detail(
            session, class_id, language, by=by, clock=clock, here=here
        )
    name = await peers.institutions(here).name(
        organisation_id=training_class.organisation_id,
        offering_id=training_class.offering_id,
        on=clock.today(),
    )
    shown = texts.shown(here.plan, training_class, organisation=name, language=chosen)
    return schemas.InvitationDetail(
        **detail,
        organisation_name=name,
        texts=[schemas.TextOut.model_validate(text) for text in shown],
    )


@router.post(
    "/confirmations",
    status_code=201,
    summary="本人确认参加培训班",
    responses=problems.responses(
        problems.NotFound,
        *refusals.PROBLEMS.values(),
        refusals.AlreadyConfirmed,
        refusals.ClassFull,
        refusals.TimeClash,
    ),
)
async def confirm_enrolment(
    *,
    body: schemas.ConfirmationIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    network: Network = None,
) -> schemas.EnrolmentOut:
    """Take the caller's own yes to a class they were invited to, or to a listed one.

    `reasons` of a refusal lists every reason; the first one is the problem's code.
    """
    enrolment = await operations.confirm(
        session,
        class_id=body.class_id,
        said=body.said(),
        guardian=body.guardian.plain() if body.guardian else None,
        device=body.device,
        network=network,
        by=by,
        here=here,
        clock=clock,
    )
    return schemas.EnrolmentOut(
        enrolment_id=enrolment.id, class_id=enrolment.class_id, confirmed_at=enrolment.confirmed_at
    )


@router.post(
    "/refusals",
    summary="本人不参加（不需要理由，别人看不到）",
    responses=problems.responses(
        problems.NotFound, refusals.AlreadyConfirmed, refusals.ClassStarted
    ),
)
async def refuse_invitation(
    body: schemas.RefusalIn, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> schemas.RefusalOut:
    """Keep the caller's own no until the class starts; saying it again changes nothing."""
    await operations.refuse(session, class_id=body.class_id, by=by, now=clock.now())
    return schemas.RefusalOut(class_id=body.class_id)


@router.post(
    "/departures",
    summary="本人退出培训班（不需要理由，不需要批准）",
    responses=problems.responses(problems.NotFound, refusals.NothingToLeave),
)
async def leave_class(
    body: schemas.DepartureIn, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> schemas.DepartureOut:
    """End the caller's own place at once; leaving again changes nothing."""
    left_at = await operations.leave(
        session, enrolment_id=body.enrolment_id, by=by, now=clock.now()
    )
    return schemas.DepartureOut(enrolment_id=body.enrolment_id, left_at=left_at)


@router.get("/enrolments", summary="本人参加过的培训班")
async def list_my_enrolments(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.OwnEnrolment]:
    """List the caller's own places, those they left too, each with the text it was given for."""
    query = pages.keyset(
        queries.own_enrolments(),
        [Enrolment.confirmed_at.expression, Enrolment.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).all()
    return pages.page(rows, limit, lambda row: (row[0].confirmed_at, row[0].id), _own)


async def _detail(
    session: AsyncSession,
    class_id: UUID,
    language: schemas.Language | None,
    *,
    by: Principal,
    clock: Clock,
    here: Service,
) -> tuple[dict[str, Any], TrainingClass, str]:
    """Gather what the registry knows of a class for the person who decides about it."""
    assert by.trainee is not None
    training_class = await classes.visible(session, class_id)
    invited = await queries.is_invited(session, class_id, by.trainee)
    person = await queries.person(session, by.trainee)
    chosen = language or person.language
    said, _ = texts.in_force(here.plan, chosen)
    known = await facts.gather(
        session,
        training_class=training_class,
        number=facts.id_number(here.sealer, person),
        guardian=True,
        said=said,
        here=here,
        now=clock.now(),
    )
    terms = facts.terms(here.plan, clock.today())
    slot = texts.slot(here.plan, kind=training_class.kind, starts_on=training_class.starts_on)
    detail = schemas.class_facts(training_class) | {
        "places_left": max(training_class.capacity - training_class.taken, 0),
        "invited": invited,
        "answer": _answer(
            confirmed=await queries.place(session, class_id, by.trainee) is not None,
            declined=await queries.has_declined(session, class_id, by.trainee),
        ),
        "sessions": [_session(one) for one in await classes.sessions(session, class_id)],
        "slot": schemas.SlotOut(key=slot.key, rule=slot.rule, text=slot.words[chosen]),
        "guardian_needed": known.age < terms.guardian_below,
        "obstacles": [reason.value for reason in rules.decide(known, terms)],
    }
    return detail, training_class, chosen


def _answer(*, confirmed: bool, declined: bool) -> str:
    if confirmed:
        return "confirmed"
    return "declined" if declined else "none"


def _invitation(row: Any) -> schemas.InvitationOut:
    invitation, training_class, declined, confirmed = row
    return schemas.InvitationOut.model_validate(
        schemas.class_facts(training_class)
        | {
            "invited_at": invitation.at,
            "answer": _answer(confirmed=confirmed, declined=declined),
        }
    )


def _session(one: ClassSession) -> schemas.SessionFacts:
    return schemas.SessionFacts.model_validate(
        {
            "number": one.number,
            "starts_at": one.during.lower,
            "ends_at": one.during.upper,
            "hours": one.hours,
            "topic": one.topic,
            "place": one.place,
            "state": one.state,
        }
    )


def _own(row: Any) -> schemas.OwnEnrolment:
    enrolment, training_class, confirmation, attended_days = row
    return schemas.OwnEnrolment.model_validate(
        schemas.class_facts(training_class)
        | {
            "enrolment_id": enrolment.id,
            "confirmed_at": enrolment.confirmed_at,
            "channel": confirmation.channel,
            "version": confirmation.version,
            "language": confirmation.language,
            "text_sha256": confirmation.text_sha256.hex(),
            "left_at": enrolment.left_at,
            "hours_attended": enrolment.hours_attended,
            "attended_days": attended_days,
            "closed": training_class.closed_at is not None,
            "completed": enrolment.completed,
            "can_leave": enrolment.left_at is None
            and training_class.closed_at is None
            and training_class.state == "accepted",
        }
    )
