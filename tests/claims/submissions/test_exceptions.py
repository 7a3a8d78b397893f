"""原则上: a cap is lifted for one place by two officers, on paper, and the recount knows it."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.claims.submissions import exceptions
from services.claims.submissions.appeals import Fresh
from services.claims.submissions.exceptions import Decided
from shared.principal import Principal
from shared.problems import Problem
from tests.claims.submissions import world
from tests.registry.world import ok, problem
from tests.suite import Suite

Json = dict[str, Any]
KEY = "2020:skill"


@dataclass(frozen=True, slots=True)
class Capped:
    """A person with one training paid and another refused because of the year's cap."""

    suite: Suite
    institution: Principal
    person: UUID
    facts: Json
    line: Json

    def body(self, **changes: Any) -> Json:
        """Propose to lift the year's cap."""
        return {
            "line_id": str(self.line["id"]),
            "slot_key": KEY,
            "reason": "企业关停后整体转岗，须在同一年度内再次参加技能培训。",
            "document_number": "高人社例〔2020〕示例1号",
        } | changes

    async def propose(self) -> Json:
        """Propose it as an officer."""
        officer = self.suite.service("claims", self.suite.officer(world.GAOCHANG))
        found: Json = ok(await officer.post("/cap-exceptions", json=self.body()), 201)
        return found

    async def decide(self, key: str, by: Principal, *, agreed: bool = True) -> Any:
        """Decide it in the database: the registry does not know these made-up classes."""
        here = world.service(self.suite)
        fresh = Fresh(self.facts, world.terms(self.facts), {}) if agreed else None
        async with here.database.transaction(by) as session:
            return await exceptions.decide(
                session,
                exception_id=UUID(key),
                said=Decided(agreed, fresh),
                here=here,
                by=by,
                at=here.clock.now(),
            )

    async def state(self) -> tuple[str, list[str]]:
        """Return the refused line's state and slots now."""
        [row] = await self.suite.sql(
            "claims", "select state, slot_keys from claim_lines where id = $1", self.line["id"]
        )
        return row["state"], row["slot_keys"]


async def _capped(suite: Suite) -> Capped:
    await world.money(suite)
    person = uuid4()
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    first = world.course(institution.organisation)
    await world.file(suite, institution, world.told(first, [world.line(first, person)]))
    second = world.course(institution.organisation, subject_code="L-0002")
    facts = world.told(second, [world.line(second, person)])
    result = await world.file(suite, institution, facts)
    assert result.filed.lines == {"refused": 1}
    [line] = [row for row in await world.lines(suite) if row["state"] == "refused"]
    return Capped(suite, institution, person, facts, line)


async def test_two_officers_lift_a_cap_for_one_place(suite: Suite) -> None:
    """The line is owed beyond the cap, in a slot of the exception's own, kept in its facts."""
    here = await _capped(suite)
    made = await here.propose()
    assert made["state"] == "proposed"
    assert (await here.state())[0] == "refused"
    await here.decide(made["id"], suite.officer(world.GAOCHANG))
    state, slots = await here.state()
    assert (state, slots) == ("approvable", [f"{KEY}+{made['id']}", "L-0002/5"])
    [facts] = await suite.sql(
        "claims",
        "select d.facts from claim_lines l join claim_decisions d on d.id = l.decision_id"
        " where l.id = $1",
        here.line["id"],
    )
    assert made["id"] in facts["facts"]
    taken = await suite.sql("claims", "select slot_key from slots where state = 'taken'")
    assert len(taken) == 4
    assert await world.wrong(suite) == []
    [kept] = await suite.sql("claims", "select * from cap_exceptions")
    assert kept["decision_after"] is not None
    assert kept["proposed_by"] != kept["decided_by"]


async def test_the_person_sees_it_and_the_institution_never_does(suite: Suite) -> None:
    """With its reason and document; sealed at rest, nobody's name in an event."""
    here = await _capped(suite)
    made = await here.propose()
    await here.decide(made["id"], suite.officer(world.GAOCHANG))
    me = suite.service("claims", suite.trainee(here.person))
    [seen] = ok(await me.get("/cap-exceptions"))["items"]
    assert (seen["state"], seen["reason"]) == ("confirmed", here.body()["reason"])
    [line] = [one for one in ok(await me.get("/me/claim-lines"))["items"] if "+" in str(one)]
    assert line["state"] == "approvable"
    assert (
        ok(await suite.service("claims", suite.trainee(uuid4())).get("/cap-exceptions"))["items"]
        == []
    )
    institution = suite.service("claims", here.institution)
    assert (await institution.get("/cap-exceptions")).status_code == 403
    page = ok(await institution.get(f"/claims/{here.line['claim_id']}/lines"))
    assert made["id"] not in str(page)
    [row] = await suite.sql("claims", "select reason_sealed from cap_exceptions")
    assert here.body()["reason"].encode() not in row["reason_sealed"]
    told = await suite.sql(
        "claims",
        "select type, data, organisation from events where type like 'cap_exception%'"
        " order by position",
    )
    assert [one["type"] for one in told] == ["cap_exception.proposed", "cap_exception.decided"]
    assert str(here.person) not in str(told)
    assert {one["organisation"] for one in told} == {None}


async def test_who_proposed_it_does_not_confirm_it(suite: Suite) -> None:
    """The operation says so, and the database would."""
    here = await _capped(suite)
    officer = suite.officer(world.GAOCHANG)
    client = suite.service("claims", officer)
    made = ok(await client.post("/cap-exceptions", json=here.body()), 201)
    with pytest.raises(exceptions.ExceptionNeedsAnother):
        await here.decide(made["id"], officer)
    with pytest.raises(asyncpg.CheckViolationError, match="cap_exception_two_officers"):
        await suite.sql(
            "claims",
            "update cap_exceptions set state = 'confirmed', decided_by = proposed_by,"
            " decided_at = proposed_at",
        )
    stranger = suite.service("claims", suite.officer("650421"))
    answer = await stranger.post(
        f"/cap-exceptions/{made['id']}/confirmation", json={"agreed": False}
    )
    problem(answer, 404, "not_found")
    assert (await here.state())[0] == "refused"


async def test_only_a_cap_in_the_way_is_lifted_and_once(suite: Suite) -> None:
    """Not a slot that is free, not a line that is owed, not twice for one place."""
    here = await _capped(suite)
    officer = suite.service("claims", suite.officer(world.GAOCHANG))

    async def told(**changes: Any) -> str:
        answer = await officer.post("/cap-exceptions", json=here.body(**changes))
        assert answer.is_error, answer.text
        return str(answer.json()["code"])

    assert await told(slot_key="L-0002/5") == "no_cap_to_lift"
    assert await told(slot_key="2020:startup") == "no_cap_to_lift"
    [owed] = [row for row in await world.lines(suite) if row["state"] == "approvable"]
    assert await told(line_id=str(owed["id"])) == "line_not_open"
    await here.propose()
    assert await told() == "cap_exception_exists"


async def test_a_declined_exception_changes_nothing_and_can_be_proposed_again(suite: Suite) -> None:
    """The second officer may say no; decided is decided."""
    here = await _capped(suite)
    made = await here.propose()
    other = suite.service("claims", suite.officer(world.GAOCHANG))
    path = f"/cap-exceptions/{made['id']}/confirmation"
    assert ok(await other.post(path, json={"agreed": False}), 201)["state"] == "declined"
    problem(await other.post(path, json={"agreed": False}), 409, "cap_exception_decided")
    assert (await here.state())[0] == "refused"
    again = await world.file(suite, here.institution, here.facts)
    assert again.filed.lines == {"refused": 1}
    assert await world.wrong(suite) == []


async def test_many_officers_at_once_lift_it_once(suite: Suite) -> None:
    """One confirms; the line takes one slot more, and a claim filed meanwhile none."""
    here = await _capped(suite)
    made = await here.propose()

    async def confirm() -> str:
        try:
            await here.decide(made["id"], suite.officer(world.GAOCHANG))
        except Problem as found:
            return found.code
        return "confirmed"

    found = Counter(await asyncio.gather(*(confirm() for _ in range(8))))
    assert found == {"confirmed": 1, "cap_exception_decided": 7}
    slots = await suite.sql("claims", "select slot_key from slots where slot_key like '%+%'")
    assert len(slots) == 1
    assert await world.wrong(suite) == []


async def test_it_counts_for_a_claim_sent_again(suite: Suite) -> None:
    """What was lifted for a place stays lifted when its class is claimed for once more."""
    here = await _capped(suite)
    made = await here.propose()
    await here.decide(made["id"], suite.officer(world.GAOCHANG))
    client = suite.service("claims", here.institution)
    ok(await client.post(f"/claims/{here.line['claim_id']}/withdrawal"), 201)
    assert (await world.file(suite, here.institution, here.facts)).filed.lines == {"approvable": 1}
    third = world.course(here.institution.organisation or uuid4(), subject_code="L-0003")
    facts = world.told(third, [world.line(third, here.person)])
    assert (await world.file(suite, here.institution, facts)).filed.lines == {"refused": 1}
    assert await world.wrong(suite) == []


async def test_no_slot_beyond_the_cap_without_an_exception(suite: Suite) -> None:
    """The database refuses one, and the recount finds a forged one."""
    here = await _capped(suite)
    made = await here.propose()
    await here.decide(made["id"], suite.officer(world.GAOCHANG))
    forged = "insert into slots (trainee_id, slot_key, enrolment_id, state, line_id, at)"
    with pytest.raises(asyncpg.CheckViolationError, match="a cap without exception"):
        await suite.sql(
            "claims",
            f"{forged} values ($1, $2, $3, 'taken', $3, now())",
            here.person,
            f"{KEY}+{uuid4()}",
            uuid4(),
        )
    await suite.sql("claims", "update cap_exceptions set state = 'declined', decision_after = null")
    broken = await world.wrong(suite)
    assert any("名额例外" in one for one in broken), broken
    # What was forged is put right: the promises are looked at once more when the test is over.
    await suite.sql("claims", "update cap_exceptions set state = 'confirmed'")
