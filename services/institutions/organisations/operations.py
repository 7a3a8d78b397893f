"""Register organisations and decide their standings."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions import pinyin, reach
from services.institutions.event_types import EventType
from services.institutions.organisations import queries, rules
from services.institutions.organisations.models import Organisation, Standing, State
from services.institutions.organisations.schemas import (
    OrganisationIn,
    Registered,
    StandingIn,
    StandingSet,
)
from services.institutions.refusals import Refused
from shared import events, ids
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer
from shared.standards import credit_code

APPLICATION = "登记申请"


class OrganisationNotRegistrable(Refused):
    """The record is not one of an organisation that can be registered."""

    code = "organisation_not_registrable"
    title_zh = "机构信息不符合登记要求"
    title_en = "The organisation cannot be registered"


class OrganisationExists(Problem):
    """The credit code is registered already; by whom is not said."""

    status = 409
    code = "organisation_exists"
    title_zh = "该统一社会信用代码已登记"
    title_en = "This credit code is registered already"


class StandingNotPossible(Refused):
    """The role cannot be given this state."""

    code = "standing_not_possible"
    title_zh = "不能这样变更机构状态"
    title_en = "The standing cannot be set like this"


class StandingMoved(Problem):
    """Somebody else decided about the role in the same moment."""

    status = 409
    code = "standing_moved"
    title_zh = "该机构状态刚刚被变更，请核对后重试"
    title_en = "The standing was changed a moment ago; look again and retry"


async def register(
    session: AsyncSession,
    *,
    draft: OrganisationIn,
    sealer: Sealer,
    on: date,
    now: datetime,
    by: Principal,
) -> Registered:
    """Register an organisation; each of its roles begins as applied."""
    reach.require(by, draft.authority)
    code = credit_code.normalise(draft.credit_code)
    if found := rules.registration(code, draft.roles):
        raise OrganisationNotRegistrable(found)
    row = _row(draft, code, sealer, now, by)
    session.add(row)
    await session.flush()
    for role in draft.roles:
        applied = StandingIn(role=role, state=State.APPLIED, from_date=on, reason=APPLICATION)
        session.add(_standing(row, applied, 1, now, by))
    happened = events.Event(
        type=EventType.ORGANISATION_REGISTERED,
        subject=f"organisation:{row.id}",
        authority=row.authority,
        organisation=row.id,
        data={"roles": [role.value for role in draft.roles], "nature": draft.nature.value},
    )
    await events.append(session, [happened], by=by, at=now)
    return Registered(id=row.id, roles=draft.roles)


async def set_standing(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    decision: StandingIn,
    now: datetime,
    by: Principal,
) -> StandingSet:
    """Enter what a role's state is from a day on; the newest entry overrules the older ones."""
    organisation = await queries.find(session, organisation_id)
    newest = await queries.newest(session, organisation_id, decision.role)
    before = State(newest.state) if newest else None
    if found := rules.step(before, decision.state, decision.document_number):
        raise StandingNotPossible(found)
    number = newest.number + 1 if newest else 1
    session.add(_standing(organisation, decision, number, now, by))
    happened = events.Event(
        type=EventType.STANDING_SET,
        subject=f"organisation:{organisation_id}",
        authority=organisation.authority,
        organisation=organisation_id,
        data={
            "role": decision.role.value,
            "state": decision.state.value,
            "from_date": decision.from_date.isoformat(),
            "document_number": decision.document_number,
        },
        rule="六(三)",
        reason=decision.reason,
    )
    await session.flush()
    await events.append(session, [happened], by=by, at=now)
    return StandingSet(
        organisation_id=organisation_id,
        role=decision.role,
        state=decision.state,
        from_date=decision.from_date,
        number=number,
    )


def _row(
    draft: OrganisationIn, code: str, sealer: Sealer, now: datetime, by: Principal
) -> Organisation:
    key = ids.uuid7()
    person = draft.responsible_person
    table = Organisation.__tablename__
    return Organisation(
        id=key,
        authority=draft.authority,
        credit_code=code,
        name=draft.name,
        short_name=draft.short_name,
        pinyin=pinyin.key(draft.name),
        nature=draft.nature.value,
        address=draft.address,
        signer_sealed=sealer.seal(person.name, table=table, column="signer_sealed", row=key),
        signer_phone_sealed=sealer.seal(
            person.phone, table=table, column="signer_phone_sealed", row=key
        ),
        registered_by=by.subject,
        registered_at=now,
    )


def _standing(
    organisation: Organisation, decision: StandingIn, number: int, now: datetime, by: Principal
) -> Standing:
    return Standing(
        id=ids.uuid7(),
        authority=organisation.authority,
        organisation_id=organisation.id,
        role=decision.role.value,
        number=number,
        state=decision.state.value,
        from_date=decision.from_date,
        reason=decision.reason,
        document_number=decision.document_number,
        by_subject=by.subject,
        at=now,
    )
