"""Appeals that are won: a voided line is decided again, once, and not without its ground."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.claims.review import operations as review
from services.claims.submissions import appeals, redeciding, states
from services.claims.submissions.appeals import Fresh
from services.claims.submissions.states import State
from shared.principal import Principal
from shared.problems import Problem
from tests.claims.payments.test_grounds import tell
from tests.claims.submissions import world
from tests.registry.world import ok, problem
from tests.suite import Suite

Json = dict[str, Any]
BACK = {"reason": "证书已由发证单位重新核发", "document_number": "高人社核〔2020〕示例6号"}


@dataclass(frozen=True, slots=True)
class Filed:
    """One line of one person in a made-up class."""

    suite: Suite
    institution: Principal
    facts: Json
    line: Json

    async def void(self) -> None:
        """Void the line as an upheld objection does: slots and money are given back."""
        here, by = world.service(self.suite), self.suite.officer(world.GAOCHANG)
        async with here.database.transaction(by) as session:
            at = here.clock.now()
            moved = await states.advance(
                session, line_ids=[self.line["id"]], to=State.VOIDED, by=by, at=at, rule="六(一)"
            )
            await review.give_back(session, moved=moved, by=by, at=at)

    async def ask(self) -> UUID:
        """Appeal as the person."""
        me = self.suite.service("claims", self.suite.trainee(self.line["trainee_id"]))
        body = {"line_id": str(self.line["id"]), "text": "我参加了培训，有签到记录。"}
        return UUID(ok(await me.post("/me/appeals", json=body), 201)["id"])

    async def answer(self, appeal: UUID, facts: Json | None = None) -> str:
        """Reopen the line as an officer, on facts of now: the registry knows no made-up class."""
        here, by = world.service(self.suite), self.suite.officer(world.GAOCHANG)
        told = facts or self.facts
        async with here.database.transaction(by) as session:
            found = await appeals.answer(
                session,
                appeal_id=appeal,
                fresh=Fresh(told, world.terms(told), {}),
                words="已按核实后的情况重新核定。",
                here=here,
                by=by,
                at=here.clock.now(),
            )
        return found.state

    async def now(self) -> Json:
        """Return the line as it is now."""
        rows = await self.suite.sql(
            "claims", "select * from claim_lines where id = $1", self.line["id"]
        )
        return dict(rows[0])


async def _filed(suite: Suite, fen: int = 100_000_000, **changes: Any) -> Filed:
    await world.money(suite, fen)
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    of = world.course(institution.organisation)
    facts = world.told(of, [world.line(of, **changes)])
    await world.file(suite, institution, facts)
    [line] = await world.lines(suite)
    return Filed(suite, institution, facts, line)


async def test_a_voided_line_whose_appeal_is_won_takes_slots_and_money_again(suite: Suite) -> None:
    """Decided anew in the same line; the first decision and the path are kept."""
    here = await _filed(suite)
    await here.void()
    assert await suite.sql("claims", "select 1 from slots") == []
    assert await here.answer(await here.ask()) == "reopened"
    now = await here.now()
    assert (now["state"], now["amount_fen"]) == ("approvable", here.line["amount_fen"])
    assert now["path"] == ["approvable", "voided", "approvable"]
    assert now["decision_id"] != here.line["decision_id"]
    assert now["transfer_id"] != here.line["transfer_id"]
    assert len(await suite.sql("claims", "select 1 from slots where state = 'taken'")) == 2
    await suite.settle()
    [desk] = await suite.sql("claims", "select line_id, reviewed_by from line_reviews")
    assert tuple(desk) == (here.line["id"], None)


async def test_a_reopened_line_whose_slot_went_to_another_is_refused_with_the_reason(
    suite: Suite,
) -> None:
    """The year's cap holds for a won appeal as for anything else."""
    here = await _filed(suite)
    await here.void()
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    other = world.course(institution.organisation, subject_code="L-0002")
    person = here.line["trainee_id"]
    await world.file(suite, institution, world.told(other, [world.line(other, person)]))
    await here.answer(await here.ask())
    assert (await here.now())["state"] == "refused"
    assert await world.reasons(suite) == ["kind_used_this_year"]


async def test_a_reopened_line_without_money_waits(suite: Suite) -> None:
    """Its money went to another meanwhile: it stands in the queue."""
    here = await _filed(suite, 120_000)
    await here.void()
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    other = world.course(institution.organisation)
    await world.file(suite, institution, world.told(other, [world.line(other)]))
    await here.answer(await here.ask())
    now = await here.now()
    assert (now["state"], now["waiting_since"] is not None) == ("waiting", True)


async def test_a_line_without_ground_is_reopened_only_when_the_entry_is_withdrawn(
    suite: Suite,
) -> None:
    """Withdrawn by paper, it goes on and no job voids it; what falls again voids it again."""
    here = await _filed(suite)
    place = here.line["enrolment_id"]
    await tell(suite, place, "certificate_voided")
    assert (await here.now())["state"] == "voided"
    appeal = await here.ask()
    with pytest.raises(redeciding.LineWithoutGround):
        await here.answer(appeal)
    assert (await here.now())["state"] == "voided"
    officer = suite.service("claims", suite.officer(world.GAOCHANG))
    ok(await officer.post(f"/to-recover/{here.line['id']}/withdrawal", json=BACK), 201)
    assert await here.answer(appeal) == "reopened"
    await suite.settle()
    assert (await here.now())["state"] == "approvable"
    await tell(suite, place, "certificate_voided")
    assert (await here.now())["state"] == "voided"


async def test_a_line_whose_certificate_is_void_today_is_refused(suite: Suite) -> None:
    """A line that fell to an objection is decided on the facts of now, whatever they were."""
    here = await _filed(suite)
    await here.void()
    place = here.facts["lines"][0]
    fallen = place | {"certificate": place["certificate"] | {"valid": False}}
    await here.answer(await here.ask(), here.facts | {"lines": [fallen]})
    assert (await here.now())["state"] == "refused"
    assert "certificate_voided" in await world.reasons(suite, "teaching")


async def test_a_line_of_a_voided_class_stays_closed(suite: Suite) -> None:
    """Nobody withdraws what a voided class took away."""
    here = await _filed(suite)
    await suite.sql(
        "registry",
        "insert into events (id, type, subject, authority, data, by_subject, at) values"
        " (gen_random_uuid(), 'class.voided', $1, '650402', '{}', 'officer:test', now())",
        f"class:{here.line['class_id']}",
    )
    await suite.settle()
    officer = suite.service("claims", suite.officer(world.GAOCHANG))
    path = f"/to-recover/{here.line['id']}/withdrawal"
    problem(await officer.post(path, json=BACK), 409, "class_stays_voided")
    with pytest.raises(redeciding.LineWithoutGround):
        await here.answer(await here.ask())


async def test_an_appeal_that_is_won_after_a_resend_reopens_nothing(suite: Suite) -> None:
    """The refused line stays refused, the new one lives; the appeal can still be dismissed."""
    here = await _filed(suite, facts={"pension": world.known("employees")})
    assert here.line["state"] == "refused"
    appeal = await here.ask()
    place = here.facts["lines"][0]
    mended = place | {"facts": place["facts"] | {"pension": world.known("none")}}
    facts = here.facts | {"lines": [mended]}
    await world.file(suite, here.institution, facts)
    for _ in range(2):
        with pytest.raises(appeals.NothingToAppeal):
            await here.answer(appeal, facts)
    assert [row["state"] for row in await world.lines(suite)] == ["refused", "approvable"]
    officer = suite.service("claims", suite.officer(world.GAOCHANG))
    body = {"answer": "dismissed", "text": "已重新申领并核定，本申诉不再办理。"}
    ok(await officer.post(f"/appeals/{appeal}/answer", json=body), 201)


async def test_an_answer_and_a_resend_at_once_make_one_line(suite: Suite) -> None:
    """Whichever comes second finds the place taken and says so: no second line, no crash."""
    here = await _filed(suite, facts={"pension": world.known("employees")})
    appeal = await here.ask()
    place = here.facts["lines"][0]
    mended = place | {"facts": place["facts"] | {"pension": world.known("none")}}
    facts = here.facts | {"lines": [mended]}

    async def answer() -> str:
        try:
            return await here.answer(appeal, facts)
        except Problem as raised:
            return raised.code

    async def resend() -> str:
        try:
            await world.file(suite, here.institution, facts)
        except Problem as raised:
            return raised.code
        return "filed"

    found = set(await asyncio.gather(answer(), resend(), resend()))
    assert found <= {
        *("reopened", "filed"),
        *("nothing_to_decide", "nothing_to_appeal", "line_state_conflict"),
    }
    living = [row for row in await world.lines(suite) if row["state"] == "approvable"]
    assert len(living) == 1


async def test_an_appeal_revives_nothing_in_a_claim_that_was_taken_back(suite: Suite) -> None:
    """The officer may answer it; the claimant claims anew for who was refused."""
    here = await _filed(suite, facts={"pension": world.known("employees")})
    assert here.line["state"] == "refused"
    appeal = await here.ask()
    claims = suite.service("claims", here.institution)
    ok(await claims.post(f"/claims/{here.line['claim_id']}/withdrawal"), 201)
    with pytest.raises(appeals.NothingToAppeal):
        await here.answer(appeal)
    assert (await here.now())["state"] == "refused"
