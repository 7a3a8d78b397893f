"""Who reads what of a claim, and what can be taken back or appealed against."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import text

from services.claims.submissions.operations import Result
from shared.principal import Principal, Role
from tests.claims.submissions import world
from tests.suite import Suite


def _ok(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


async def _claim(suite: Suite) -> tuple[Principal, Result, dict[str, Any]]:
    """File a class with one good line, a pensioner, an unknown and one who attended too little."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    lines = {
        "good": world.line(one),
        "pensioner": world.line(one, facts={"pension": world.known("employees")}),
        "unknown": world.line(one, facts={"pension": None}),
        "short": world.line(one, hours_attended=8),
    }
    result = await world.file(suite, institution, world.told(one, list(lines.values())))
    return institution, result, lines


async def test_an_institution_reads_one_word_for_whatever_is_about_a_person(suite: Suite) -> None:
    """A pensioner and somebody of whom nothing is known look the same."""
    institution, result, lines = await _claim(suite)
    client = suite.service("claims", institution)
    page = _ok(await client.get(f"/claims/{result.claim_id}/lines"))
    found = {line["enrolment_id"]: line for line in page["items"]}
    pensioner = found[lines["pensioner"]["enrolment_id"]]
    unknown = found[lines["unknown"]["enrolment_id"]]
    assert pensioner["state"] == unknown["state"] == "not_payable_person"
    for line in (pensioner, unknown):
        assert [reason["code"] for reason in line["reasons"]] == ["not_payable_person"]
        assert "养老" not in str(line)
        assert line["digest"] is line["slots"] is None
    same = {
        name: (pensioner[name], unknown[name])
        for name in pensioner
        if name not in {"id", "enrolment_id"}
    }
    assert all(left == right for left, right in same.values()), same
    short = found[lines["short"]["enrolment_id"]]
    assert [reason["code"] for reason in short["reasons"]] == ["attended_too_little"]
    claim = _ok(await client.get(f"/claims/{result.claim_id}"))
    assert claim["lines"] == {"approvable": 1, "not_payable_person": 2, "refused": 1}


async def test_row_security_alone_keeps_person_reasons_and_facts_from_institutions(
    suite: Suite,
) -> None:
    """No row of facts or person reasons is there for an organisation, own claim or not."""
    institution, _, _ = await _claim(suite)
    async with world.service(suite).database.transaction(institution) as session:
        for table in (
            *("claim_decisions", "decision_reasons_person", "line_decisions"),
            *("line_reasons_person", "slots", "holds", "appeals", "allowance_days"),
        ):
            query = text(f"select count(*) from {table}")
            assert (await session.execute(query)).scalar_one() == 0, table
        count = text("select count(*) from line_reasons_teaching")
        assert (await session.execute(count)).scalar_one() == 1


async def test_an_office_reads_every_reason_with_its_article(suite: Suite) -> None:
    """Officers see all lines of their authority; another's see no claim."""
    _, result, lines = await _claim(suite)
    officer = suite.service("claims", suite.officer(world.GAOCHANG))
    page = _ok(await officer.get(f"/claims/{result.claim_id}/lines?language=en"))
    found = {line["enrolment_id"]: line for line in page["items"]}
    pensioner = found[lines["pensioner"]["enrolment_id"]]
    assert pensioner["state"] == "refused"
    [reason] = pensioner["reasons"]
    assert reason["code"] == "draws_pension"
    assert reason["article"]
    stranger = suite.service("claims", suite.officer("650421"))
    assert (await stranger.get(f"/claims/{result.claim_id}")).status_code == 404
    assert (await stranger.get(f"/claims/{result.claim_id}/lines")).status_code == 404
    assert _ok(await stranger.get("/claims"))["items"] == []
    assert len(_ok(await officer.get("/claims"))["items"]) == 1


async def test_a_person_reads_the_own_line_in_three_languages(suite: Suite) -> None:
    """Each reason in words, and what can be done; nobody else's lines."""
    _, _, lines = await _claim(suite)
    person = suite.service("claims", suite.trainee(UUID(lines["pensioner"]["trainee_id"])))
    [line] = _ok(await person.get("/me/claim-lines"))["items"]
    assert line["state"] == "refused"
    assert [said["language"] for said in line["texts"]] == ["zh-Hans", "ug", "en"]
    assert [said["reviewed"] for said in line["texts"]] == [True, False, True]
    for said in line["texts"]:
        assert said["reasons"][0]["code"] == "draws_pension"
        assert said["reasons"][0]["text"]
        assert said["appeal"]


async def test_a_withdrawn_claim_gives_money_and_slots_back(suite: Suite) -> None:
    """Before the review; the class can be claimed for again."""
    institution, result, _ = await _claim(suite)
    client = suite.service("claims", institution)
    stranger = suite.service("claims", suite.organisation(uuid4()))
    assert (await stranger.post(f"/claims/{result.claim_id}/withdrawal")).status_code == 404
    claim = _ok(await client.post(f"/claims/{result.claim_id}/withdrawal"), 201)
    assert claim["state"] == "withdrawn"
    assert await suite.sql("claims", "select * from slots where state = 'taken'") == []
    [held] = await suite.sql("claims", "select sum(held) as fen from subaccounts")
    assert held["fen"] == 0
    again = await client.post(f"/claims/{result.claim_id}/withdrawal")
    assert again.json()["code"] == "claim_under_review"


async def test_a_claim_under_review_is_not_withdrawn(suite: Suite) -> None:
    """Once an officer has reviewed a line, the claimant alone cannot take it back."""
    institution, result, _ = await _claim(suite)
    [row] = [row for row in await world.lines(suite) if row["state"] == "approvable"]
    await suite.sql("claims", "update claim_lines set state = 'reviewed' where id = $1", row["id"])
    client = suite.service("claims", institution)
    answer = await client.post(f"/claims/{result.claim_id}/withdrawal")
    assert answer.json()["code"] == "claim_under_review"
    # A review without reviewer is no review: nothing may be left of it.
    await suite.sql("claims", "delete from slots where line_id = $1", row["id"])
    await suite.sql("claims", "update claim_lines set state = 'returned' where id = $1", row["id"])


async def test_an_appeal_is_out_of_sight_of_the_institution(suite: Suite) -> None:
    """The person asks once, the office reads it and answers; sealed in between."""
    institution, _, lines = await _claim(suite)
    person = suite.service("claims", suite.trainee(UUID(lines["pensioner"]["trainee_id"])))
    [line] = _ok(await person.get("/me/claim-lines"))["items"]
    words = {"line_id": line["id"], "text": "我没有按月领取职工养老金。"}
    made = _ok(await person.post("/me/appeals", json=words), 201)
    assert (await person.post("/me/appeals", json=words)).json()["code"] == "appeal_open"
    other = suite.service("claims", suite.trainee(uuid4()))
    assert (await other.post("/me/appeals", json=words)).status_code == 404
    dump = await suite.sql("claims", "select text_sealed from appeals")
    assert words["text"].encode() not in dump[0]["text_sealed"]
    assert (await suite.service("claims", institution).get("/appeals")).status_code == 403
    officer = suite.service("claims", suite.officer(world.GAOCHANG))
    assert _ok(await officer.get("/appeals"))["items"][0]["text"] is None
    assert _ok(await officer.get(f"/appeals/{made['id']}"))["text"] == words["text"]
    body = {"answer": "dismissed", "text": "养老金发放名册显示您在领取。"}
    answered = _ok(await officer.post(f"/appeals/{made['id']}/answer", json=body), 201)
    assert answered["state"] == "dismissed"
    again = await officer.post(f"/appeals/{made['id']}/answer", json=body)
    assert again.json()["code"] == "appeal_answered"
    [own] = _ok(await person.get("/me/appeals"))["items"]
    assert own["answer"] == body["text"]


async def test_finance_reads_lines_without_what_was_decided_about_persons(suite: Suite) -> None:
    """Money is finance's business, facts are the deciding office's."""
    _, result, _ = await _claim(suite)
    finance = Principal(
        f"officer:{uuid4()}", Role.FINANCE, authorities=(world.GAOCHANG,), office="650402/finance"
    )
    client = suite.service("claims", finance)
    page = _ok(await client.get(f"/claims/{result.claim_id}/lines"))
    assert len(page["items"]) == 4
    assert all(line["reasons"] == [] for line in page["items"])
