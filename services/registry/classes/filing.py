"""Filing a class: by disclosure and commitment, or by documents. 六(三), POLICY 8.15, 8.26."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import facts, queries, rules, schemas
from services.registry.classes.models import (
    ClassCommitment,
    ClassDocument,
    ClassSession,
    TrainingClass,
)
from services.registry.classes.reasons import Why
from services.registry.event_types import EventType
from shared import commitments, events, ids, problems
from shared.clock import SHANGHAI
from shared.plans import NotInForceError, Plan
from shared.plans.records import Target
from shared.plans.texts import Text
from shared.principal import Principal
from shared.sealing import Sealer

MATTER = "class-filing"
RULE = "六(三)|class-filing"
NEXT_NUMBER = text(
    "insert into class_numbers as n (authority, year, last) values (:authority, :year, 1)"
    " on conflict (authority, year) do update set last = n.last + 1 returning last"
)


class ClassNotFileable(problems.Problem):
    """The class cannot be filed like this; `reasons` lists every reason."""

    status = 422
    code = "class_not_fileable"
    title_zh = "培训班不符合备案条件"
    title_en = "The class cannot be filed like this"


class OrganisationUnknown(problems.Problem):
    """Institutions knows no such organisation."""

    status = 422
    code = "organisation_unknown"
    title_zh = "本单位尚未登记"
    title_en = "The organisation is not registered"


def refuse(reasons: tuple[Why, ...]) -> None:
    """Raise ClassNotFileable with the reasons, if there are any."""
    if reasons:
        raise ClassNotFileable(
            "；".join(why.zh.rstrip("。") for why in reasons) + "。",
            " ".join(why.en for why in reasons),
            reasons=[said(why) for why in reasons],
        )


def said(why: Why) -> dict[str, str]:
    """Show a reason on the wire."""
    return {"code": why.reason.value, "text": why.zh, "text_en": why.en}


async def file(
    session: AsyncSession,
    *,
    body: schemas.ClassIn,
    standing: facts.Standing,
    responsible: str | None,
    plan: Plan,
    sealer: Sealer,
    sandbox: bool,
    by: Principal,
    now: datetime,
) -> TrainingClass:
    """File a class with its sessions and its commitment or documents.

    A commitment is accepted at once; documents wait for an officer. Raises ClassNotFileable,
    DisclosureOutdated, CommitmentIncomplete, SignerNotResponsible, TranslationUnreviewed.
    """
    promised = _promise(body, plan, responsible, sandbox=sandbox)
    # The counter's row stays locked until the commit: of two filings the second one counts the
    # commission's places after the first.
    year = now.astimezone(SHANGHAI).year
    known = any(one.code == body.authority for one in plan.authorities)
    number = await _number(session, body.authority, year) if known else 0
    used = await queries.places_used(session, body.commission_id) if body.commission_id else 0
    refuse(
        rules.decide(
            rules.Facts(
                filing=body.filing(),
                standing=standing,
                target=_target(plan, body.target),
                authority_known=known,
                places_used=used,
                numbers=numbers(plan, body),
                now=now,
            )
        )
    )
    filed = _class(body, standing, code=f"{year}-{body.authority}-{number:04d}", by=by, now=now)
    session.add(filed)
    await session.flush()
    session.add_all(_sessions(body, filed))
    if promised is not None and body.commitment is not None:
        session.add(_commitment(body.commitment, promised, filed, sealer))
    session.add_all(_documents(body, filed))
    await session.flush()
    await events.append(session, _events(filed), by=by, at=now)
    return filed


def numbers(plan: Plan, body: schemas.ClassIn) -> rules.Numbers:
    """Take the plan's numbers of the class's first day, or of the plan's own where it has none."""
    rule = plan.provision("class_rules")
    try:
        terms = rule.on(body.starts_on)
    except NotInForceError:
        terms = rule.on(plan.plan.issued_on)
    return rules.Numbers(
        class_size_max=terms.integer("class_size_max"),
        class_hour_min=terms.integer("class_hour"),
        plan_from=max(plan.plan.starts_on, rule.periods[0].starts_on),
        plan_until=plan.plan.ends_on,
    )


def _promise(
    body: schemas.ClassIn, plan: Plan, responsible: str | None, *, sandbox: bool
) -> Text | None:
    if body.commitment is None:
        return None
    return commitments.check(
        commitments.Given(**body.commitment.model_dump()),
        plan.matter(MATTER),
        responsible=responsible or "",
        sandbox=sandbox,
    )


async def _number(session: AsyncSession, authority: str, year: int) -> int:
    found = await session.execute(NEXT_NUMBER, {"authority": authority, "year": year})
    return int(found.scalar_one())


def _target(plan: Plan, name: str) -> Target | None:
    try:
        return plan.target(name)
    except KeyError:
        return None


def _class(
    body: schemas.ClassIn, standing: facts.Standing, *, code: str, by: Principal, now: datetime
) -> TrainingClass:
    offering, edition = standing.offering, standing.offering_in_edition
    assert offering is not None  # the rules refused
    assert edition is not None  # the rules refused
    return TrainingClass(
        id=ids.uuid7(),
        authority=body.authority,
        organisation_id=standing.organisation_id,
        code=code,
        name=body.name,
        basis=body.basis,
        route=body.route,
        commission_id=body.commission_id,
        agreement_number=body.agreement_number,
        target=body.target,
        offering_id=offering.id,
        edition=edition,
        kind=offering.kind,
        subject_code=offering.subject_code,
        subject_name=offering.subject_name,
        level=offering.level,
        certificate_kind=offering.certificate_kind,
        hours=body.filing().hours,
        place=body.place,
        outside=body.outside,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        capacity=body.capacity,
        taken=0,
        listed=body.listed,
        state="accepted" if body.route == "commitment" else "submitted",
        filed_by=by.subject,
        filed_at=now,
    )


def _sessions(body: schemas.ClassIn, filed: TrainingClass) -> list[ClassSession]:
    return [
        ClassSession(
            id=ids.uuid7(),
            class_id=filed.id,
            authority=filed.authority,
            organisation_id=filed.organisation_id,
            number=number,
            during=Range(one.starts_at, one.ends_at),
            hours=one.hours,
            topic=one.topic,
            place=one.place,
            state="planned",
        )
        for number, one in enumerate(body.in_order(), 1)
    ]


def _commitment(
    given: schemas.CommitmentIn, promised: Text, filed: TrainingClass, sealer: Sealer
) -> ClassCommitment:
    return ClassCommitment(
        class_id=filed.id,
        authority=filed.authority,
        organisation_id=filed.organisation_id,
        matter=promised.matter,
        version=promised.version,
        language=promised.language.value,
        text_sha256=bytes.fromhex(promised.sha256),
        signer_sealed=sealer.seal(
            given.signer, table="class_commitments", column="signer_sealed", row=filed.id
        ),
        statements=sorted(set(given.statements)),
        by_subject=filed.filed_by,
        at=filed.filed_at,
    )


def _documents(body: schemas.ClassIn, filed: TrainingClass) -> list[ClassDocument]:
    return [
        ClassDocument(
            id=ids.uuid7(),
            class_id=filed.id,
            authority=filed.authority,
            organisation_id=filed.organisation_id,
            title=one.title,
            number=one.number,
            sha256=bytes.fromhex(one.sha256),
            at=filed.filed_at,
        )
        for one in body.documents
    ]


def event(
    filed: TrainingClass,
    kind: EventType,
    *,
    data: dict[str, Any] | None = None,
    rule: str = RULE,
    reason: str | None = None,
) -> events.Event:
    """Make an event of a class."""
    return events.Event(
        type=kind,
        subject=f"class:{filed.id}",
        authority=filed.authority,
        organisation=filed.organisation_id,
        data=data or {},
        rule=rule,
        reason=reason,
    )


def _events(filed: TrainingClass) -> list[events.Event]:
    data = {
        name: _plain(getattr(filed, name))
        for name in (
            *("code", "basis", "route", "target", "commission_id", "offering_id", "edition"),
            *("kind", "subject_code", "level", "certificate_kind", "hours", "capacity"),
            *("starts_on", "ends_on"),
        )
    }
    found = [event(filed, EventType.CLASS_FILED, data=data)]
    if filed.state == "accepted":
        found.append(event(filed, EventType.CLASS_ACCEPTED, data={"route": filed.route}))
    return found


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
