"""A notice of ten thousand lines: published at once, read whole or page by page."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.claims.notices import operations, rules, schemas
from services.claims.notices.gathering import Days, Gathered
from services.claims.notices.rules import Course, Line, Masked
from shared import ids
from tests.claims.notices import world
from tests.claims.review import world as desk
from tests.claims.submissions import world as claims
from tests.registry.world import ok, problem
from tests.suite import Suite

Json = dict[str, Any]
CLASSES, PEOPLE = 20, 50
WITHIN_S = 15


async def _reviewed(suite: Suite, count: int) -> list[Line]:
    """File claims of a thousand lines and call them reviewed by somebody."""
    await claims.money(suite, 2_000_000_000)
    for _ in range(count // (CLASSES * PEOPLE)):
        institution = suite.organisation(uuid4())
        assert institution.organisation is not None
        rooms = [claims.course(institution.organisation) for _ in range(CLASSES)]
        lines = [claims.line(room) for room in rooms for _ in range(PEOPLE)]
        await claims.file(suite, institution, claims.told(rooms, lines))
    await suite.sql(
        "claims",
        "insert into line_reviews (line_id, claim_id, authority, organisation_id, class_id,"
        " submitted_by, entered_at, reviewed_by, reviewed_at) select id, claim_id, authority,"
        " organisation_id, class_id, submitted_by, changed_at, 'officer:a', changed_at"
        " from claim_lines",
    )
    await suite.sql("claims", "set session_replication_role = replica")
    await suite.sql(
        "claims",
        "update claim_lines set state = 'reviewed', path = path || 'reviewed'::text,"
        " path_at = path_at || changed_at",
    )
    await suite.sql("claims", "reset session_replication_role")
    rows = await suite.sql(
        "claims",
        "select id, claim_id, class_id, trainee_id, provision, amount_fen from claim_lines"
        " order by claim_id, id",
    )
    return [Line(*row) for row in rows]


async def test_ten_thousand_lines_are_one_notice(suite: Suite) -> None:
    """In one transaction of seconds, with a body below 2 MB, and pages of it for a phone."""
    lines = await _reviewed(suite, schemas.LINES_MAX)
    rooms = {
        line.class_id: Course(f"650402-2020-{n % 9999:04d}", "6") for n, line in _numbered(lines)
    }
    masked = {line.trainee_id: Masked("古**·买**", "650402") for line in lines}
    today = date(2020, 3, 2)
    days = Days(today, today + timedelta(days=7), today + timedelta(days=37), ())
    split = rules.split(lines, rooms, ("living_allowance", "16"))
    officer, here = suite.officer(desk.GAOCHANG), claims.service(suite)
    gathered = Gathered(ids.uuid7(), desk.GAOCHANG, days, split, rooms, masked, left=1)
    began = time.monotonic()
    async with here.database.transaction(officer) as session:
        made = await operations.publish(
            session, gathered=gathered, plan=here.plan, by=officer, at=here.clock.now()
        )
    assert time.monotonic() - began < WITHIN_S
    assert (made.lines, made.more, made.left) == (schemas.LINES_MAX, True, 1)
    public = desk.client(suite, world.PUBLIC)
    whole = await public.get(f"/notices/{made.id}")
    assert whole.status_code == 200
    assert len(whole.content) < 2_000_000
    page = ok(await public.get(f"/notices/{made.id}/lines?limit=200"))
    assert [one["number"] for one in page["items"]] == list(range(1, 201))
    after = ok(await public.get(f"/notices/{made.id}/lines?limit=2&after={page['next']}"))
    assert [one["number"] for one in after["items"]] == [201, 202]
    assert after["items"] == whole.json()["lines"][200:202]
    last = {"number": schemas.LINES_MAX, "text": "该学员未参加培训。"}
    ok(await public.post(f"/notices/{made.id}/objections", json=last), 201)
    over = await public.post(f"/notices/{made.id}/objections", json=last | {"number": 10_001})
    problem(over, 400, "malformed")


def _numbered(lines: list[Line]) -> list[tuple[int, Line]]:
    first: dict[UUID, int] = {}
    for line in lines:
        first.setdefault(line.class_id, len(first) + 1)
    return [(first[line.class_id], line) for line in lines]


async def test_the_pages_of_a_notice_end_with_it(suite: Suite) -> None:
    """An unknown notice has none, one that was taken down says so; a wrong cursor is malformed."""
    here = await world.scene(suite)
    room, persons = await here.room(), await here.persons(world.NAMES[:2])
    await here.subsidy(room, persons)
    notice = await here.publish()
    path = f"/notices/{notice['id']}/lines"
    page = ok(await here.public.get(path))
    assert (page["items"], page["next"]) == (notice["lines"], None)
    problem(await here.public.get(f"/notices/{uuid4()}/lines"), 404, "not_found")
    problem(await here.public.get(f"{path}?after=x"), 400, "cursor_malformed")
    await here.later(days=60)
    problem(await here.public.get(path), 410, "notice_taken_down")
