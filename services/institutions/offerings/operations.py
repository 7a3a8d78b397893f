"""Enter offerings into the catalogue and withdraw them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions import pinyin, reach
from services.institutions.event_types import EventType
from services.institutions.offerings import queries, rules
from services.institutions.offerings.models import CodeSource, Counter, Offering, Subject
from services.institutions.offerings.schemas import OfferingIn, OfferingOut, Withdrawal
from services.institutions.refusals import Refused
from shared import events, ids, problems
from shared.plans import Plan
from shared.principal import Principal
from shared.problems import Problem

LOCAL_SUBJECTS = "local_subjects"


class OfferingNotPossible(Refused):
    """The entry contradicts the plan or itself."""

    code = "offering_not_possible"
    title_zh = "补贴性培训项目不符合规定"
    title_en = "The offering is not possible like this"


class OfferingExists(Problem):
    """The catalogue has this entry already."""

    status = 409
    code = "offering_exists"
    title_zh = "目录中已有相同项目"
    title_en = "The catalogue has this offering already"


class OfferingWithdrawn(Problem):
    """The entry was withdrawn before."""

    status = 409
    code = "offering_withdrawn"
    title_zh = "该项目已调出目录"
    title_en = "The offering was withdrawn already"


async def create(
    session: AsyncSession, *, draft: OfferingIn, plan: Plan, now: datetime, by: Principal
) -> OfferingOut:
    """Enter an offering; a subject without official code gets, or keeps, its local one."""
    known = await session.get(Subject, draft.subject_code) if draft.subject_code else None
    found = rules.check(
        rules.Draft(
            kind=draft.kind,
            code_source=draft.code_source,
            subject_name=draft.subject_name,
            subject_code=draft.subject_code,
            code_document=draft.code_document,
            known_name=known.name if known else None,
            level=draft.level,
            hours=draft.hours,
            practice_hours=draft.practice_hours,
            certificate_kind=draft.certificate_kind,
            targets=draft.targets,
        ),
        plan,
    )
    if found:
        raise OfferingNotPossible(found)
    subject = known or await _subject(session, draft, now, by)
    offering = Offering(
        id=ids.uuid7(),
        kind=draft.kind.value,
        subject_code=subject.code,
        level=draft.level,
        hours=draft.hours,
        practice_hours=draft.practice_hours,
        certificate_kind=draft.certificate_kind.value,
        targets=draft.targets,
        created_by=by.subject,
        created_at=now,
    )
    session.add(offering)
    await session.flush()
    data = {
        "kind": offering.kind,
        "subject_code": subject.code,
        "level": offering.level,
        "hours": offering.hours,
        "certificate_kind": offering.certificate_kind,
    }
    happened = events.Event(
        type=EventType.OFFERING_CREATED, subject=f"offering:{offering.id}", data=data, rule="五(二)"
    )
    await events.append(session, [happened], by=by, at=now)
    return queries.shape(offering, subject)


async def withdraw(
    session: AsyncSession, *, offering_id: UUID, decision: Withdrawal, now: datetime, by: Principal
) -> OfferingOut:
    """Take an offering out of the catalogue from a day on; the next edition shows it."""
    reach.require_municipal(by)
    offering = await session.get(Offering, offering_id, with_for_update=True)
    if offering is None:
        raise problems.NotFound
    if offering.withdrawn_from is not None:
        raise OfferingWithdrawn
    offering.withdrawn_from, offering.withdrawn_by = decision.from_date, by.subject
    offering.withdrawal_reason = decision.reason
    offering.withdrawal_document = decision.document_number
    await session.flush()
    happened = events.Event(
        type=EventType.OFFERING_WITHDRAWN,
        subject=f"offering:{offering_id}",
        data={
            "from_date": decision.from_date.isoformat(),
            "document_number": decision.document_number,
        },
        reason=decision.reason,
    )
    await events.append(session, [happened], by=by, at=now)
    return await queries.find(session, offering_id)


async def _subject(
    session: AsyncSession, draft: OfferingIn, now: datetime, by: Principal
) -> Subject:
    """Find the local subject of this name, or add the subject."""
    code = draft.subject_code
    if draft.code_source is CodeSource.LOCAL:
        # The counter's row is held from here on: two officers cannot add one name twice.
        await _count(session, step=0)
        query = select(Subject).where(
            Subject.name == draft.subject_name, Subject.code_source == CodeSource.LOCAL.value
        )
        if known := (await session.execute(query)).scalar_one_or_none():
            return known
        code = rules.local_code(await _count(session, step=1))
    subject = Subject(
        code=code,
        name=draft.subject_name,
        pinyin=pinyin.key(draft.subject_name),
        code_source=draft.code_source.value,
        code_document=draft.code_document,
        added_by=by.subject,
        added_at=now,
    )
    session.add(subject)
    await session.flush()
    return subject


async def _count(session: AsyncSession, step: int) -> int:
    counted = insert(Counter).values(name=LOCAL_SUBJECTS, last=step)
    counted = counted.on_conflict_do_update(
        index_elements=[Counter.name], set_={"last": Counter.last + step}
    )
    return (await session.execute(counted.returning(Counter.last))).scalar_one()
