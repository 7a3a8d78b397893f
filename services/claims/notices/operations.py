"""Publish a notice; its body is fixed and only its masked text is stored."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.notices import queries, rules, schemas
from services.claims.notices.gathering import Gathered
from services.claims.notices.models import Notice
from services.claims.notices.rules import Cell
from services.claims.review import standins
from services.claims.review.standins import Step
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import clock, events
from shared.plans import Plan
from shared.principal import Principal

RULE = "public_notice POLICY 8.14"
LOCK = text("select pg_advisory_xact_lock(hashtextextended('notice:' || :authority, 0))")
LINES = text(
    "insert into notice_lines (notice_id, line_id, authority, number, counted)"
    " select :notice, line, :authority, number, counted from unnest(cast(:lines as uuid[]),"
    " cast(:numbers as int[]), cast(:counted as boolean[])) as t(line, number, counted)"
)


async def publish(
    session: AsyncSession, *, gathered: Gathered, plan: Plan, by: Principal, at: datetime
) -> schemas.PublishedOut:
    """Fix and publish the notice and move its lines, all of them or none.

    Raises LineStateConflict where a line has moved since it was gathered.
    """
    by = await standins.widen(session, by=by, step=Step.REVIEW, on=clock.business_day(at))
    await session.execute(LOCK, {"authority": gathered.authority})
    year = gathered.days.starts_on.year
    query = select(func.coalesce(func.max(Notice.number), 0)).where(
        Notice.authority == gathered.authority, Notice.year == year
    )
    number = (await session.execute(query)).scalar_one() + 1
    counted = rules.cells(gathered.split.counted, gathered.courses)
    body = _body(gathered, counted, plan, year, number)
    published = rules.canonical(body.model_dump(mode="json"))
    lines = [*gathered.split.listed, *gathered.split.counted]
    row = Notice(
        id=gathered.id,
        authority=gathered.authority,
        year=year,
        number=number,
        starts_on=gathered.days.starts_on,
        ends_on=gathered.days.ends_on,
        down_on=gathered.days.down_on,
        holiday_numbers=list(gathered.days.holidays),
        lines=len(lines),
        fen=sum(line.amount_fen for line in lines),
        body=published,
        sha256=sha256(published).digest(),
        published_by=by.subject,
        published_at=at,
    )
    session.add(row)
    await session.flush()
    await _number(session, gathered, counted)
    await events.append(session, [_event(row)], by=by, at=at)
    await states.advance(
        session, line_ids=[line.id for line in lines], to=State.NOTICED, by=by, at=at, rule=RULE
    )
    return schemas.PublishedOut(
        **queries.item(row).model_dump(),
        lines=row.lines,
        fen=row.fen,
        more=gathered.left > 0,
        left=gathered.left,
    )


async def _number(session: AsyncSession, gathered: Gathered, counted: list[Cell]) -> None:
    """Write which line stands behind which number; the lines of a cell share theirs."""
    listed = len(gathered.split.listed)
    rows: list[tuple[UUID, int, bool]] = [
        (line.id, n, False) for n, line in enumerate(gathered.split.listed, 1)
    ]
    for n, cell in enumerate(counted, listed + 1):
        rows += [(line.id, n, True) for line in cell.lines]
    await session.execute(
        LINES,
        {
            "notice": gathered.id,
            "authority": gathered.authority,
            "lines": [row[0] for row in rows],
            "numbers": [row[1] for row in rows],
            "counted": [row[2] for row in rows],
        },
    )


def _body(
    gathered: Gathered, counted: list[Cell], plan: Plan, year: int, number: int
) -> schemas.NoticeBody:
    terms = plan.provision("public_notice").on(gathered.days.starts_on)
    listed = gathered.split.listed
    hidden, total = rules.suppressed(
        [cell.people for cell in counted], terms.integer("suppressed_below")
    )
    office = plan.authority(gathered.authority)
    until = gathered.days.ends_on.isoformat()
    return schemas.NoticeBody(
        id=gathered.id,
        authority=gathered.authority,
        authority_name=office.name.zh,
        year=year,
        number=number,
        starts_on=gathered.days.starts_on,
        ends_on=gathered.days.ends_on,
        down_on=gathered.days.down_on,
        basis=f"{plan.plan.title}（{plan.plan.number}）；{terms.source}",
        holidays=list(gathered.days.holidays),
        how_to_object=(
            f"对公示内容有异议的，请在{until}（含当日）前注明序号提出，可不留姓名。"
            f"联系电话：{office.complaint_phone}"
        ),
        how_to_object_en=(
            f"Objections name the number of the line and are taken until {until}, that day"
            f" included; no name is needed. Telephone: {office.complaint_phone}"
        ),
        lines=[
            schemas.ListedLine(
                number=n,
                name=gathered.people[line.trainee_id].name,
                id_digits=gathered.people[line.trainee_id].id_digits,
                training_class=gathered.courses[line.class_id].code,
                provision=line.provision,
                amount_fen=line.amount_fen,
            )
            for n, line in enumerate(listed, 1)
        ],
        lines_fen=sum(line.amount_fen for line in listed),
        counts=[
            schemas.CountedLines(
                number=len(listed) + n + 1,
                training_class=cell.code,
                provision=cell.provision,
                people=None if n in hidden else cell.people,
                amount_fen=None if n in hidden else cell.fen,
            )
            for n, cell in enumerate(counted)
        ],
        counts_people=sum(cell.people for cell in counted) if total else None,
        counts_fen=sum(cell.fen for cell in counted) if total else None,
    )


def _event(row: Notice) -> events.Event:
    return events.Event(
        type=EventType.NOTICE_PUBLISHED,
        subject=f"notice:{row.id}",
        authority=row.authority,
        data={
            "year": row.year,
            "number": row.number,
            "starts_on": row.starts_on.isoformat(),
            "ends_on": row.ends_on.isoformat(),
            "lines": row.lines,
            "fen": row.fen,
        },
        rule=RULE,
        row_hash=row.sha256,
    )
