"""Binding a log-in to a person with a code from an office's counter."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from services.registry.trainees import codes
from shared import principal as principals
from shared.principal import Principal
from tests.registry import people
from tests.registry.world import ok, problem
from tests.suite import Suite


def _counter(suite: Suite, authority: str = "650402") -> httpx.AsyncClient:
    return suite.service("registry", suite.officer(authority))


def _binder(suite: Suite) -> httpx.AsyncClient:
    return suite.service("registry", principals.service("gateway", "binding"))


async def _code(suite: Suite, number: str, name: str = "王小明") -> str:
    made = await _counter(suite).post("/binding-codes", json={"id_number": number, "name": name})
    assert made.status_code == 201, made.text
    return str(made.json()["code"])


async def _bind(suite: Suite, code: str, login: object) -> httpx.Response:
    return await _binder(suite).post(
        "/internal/bindings", json={"code": code, "login_id": str(login)}
    )


async def test_a_code_binds_a_log_in_to_the_person_of_the_card(suite: Suite) -> None:
    """The gateway learns the id and nothing else."""
    bound = await _bind(suite, await _code(suite, people.id_number()), uuid4())
    assert bound.status_code == 200
    assert set(bound.json()) == {"trainee_id"}


async def test_a_code_has_ten_characters_without_look_alikes(suite: Suite) -> None:
    """Nobody mistakes an O for a 0."""
    code = await _code(suite, people.id_number())
    assert len(code) == 10
    assert not set(codes.ALPHABET) & set("0OQ1IL2Z5S8BUV")
    assert set(code) <= set(codes.ALPHABET)


async def test_a_code_may_be_typed_in_small_letters_and_groups(suite: Suite) -> None:
    """It is copied by hand from a slip of paper."""
    code = (await _code(suite, people.id_number())).lower()
    assert (await _bind(suite, f"{code[:5]} - {code[5:]}", uuid4())).status_code == 200


async def test_the_code_itself_is_stored_nowhere(suite: Suite) -> None:
    """Only its blind index is kept, and the stored answer is sealed."""
    code = await _code(suite, people.id_number())
    rows = await suite.sql("registry", "select b::text as row from binding_codes b")
    kept = await suite.sql("registry", "select i::text as row from idempotency i")
    assert all(code not in row["row"] for row in [*rows, *kept])
    assert code.encode().hex() not in "".join(row["row"] for row in [*rows, *kept])


async def test_wrong_used_and_expired_codes_look_the_same(suite: Suite) -> None:
    """Whoever tries codes learns nothing from the refusal."""
    used, late = await _code(suite, people.id_number()), await _code(suite, people.id_number())
    assert (await _bind(suite, used, uuid4())).status_code == 200
    refusals = [await _bind(suite, "ACDEFGHJKM", uuid4()), await _bind(suite, used, uuid4())]
    suite.clock.at += timedelta(hours=24)
    refusals.append(await _bind(suite, late, uuid4()))
    plain = [{k: v for k, v in r.json().items() if k != "trace"} for r in refusals]
    assert [r.status_code for r in refusals] == [422, 422, 422]
    assert plain[0] == plain[1] == plain[2]


async def test_a_code_holds_until_just_before_a_day_has_passed(suite: Suite) -> None:
    """Twenty-four hours of the suite's clock."""
    code = await _code(suite, people.id_number())
    suite.clock.at += timedelta(hours=24, seconds=-1)
    assert (await _bind(suite, code, uuid4())).status_code == 200


async def test_the_same_log_in_may_use_its_code_again(suite: Suite) -> None:
    """A lost answer is asked for once more and is the same."""
    code, login = await _code(suite, people.id_number()), uuid4()
    first, second = await _bind(suite, code, login), await _bind(suite, code, login)
    assert first.json() == second.json()
    assert second.status_code == 200


async def test_one_log_in_is_never_two_persons(suite: Suite) -> None:
    """A log-in that is bound cannot be bound to somebody else."""
    login = uuid4()
    await _bind(suite, await _code(suite, people.id_number()), login)
    assert (await _bind(suite, await _code(suite, people.id_number()), login)).status_code == 422


async def test_the_same_card_is_the_same_person(suite: Suite) -> None:
    """Full-width digits, a small x and dots of every kind change nothing."""
    number = people.id_number()
    wide = number.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}).lower()
    await _code(suite, number, "古丽·买买提")
    await _code(suite, f" {wide}", "古丽.买买提")
    assert len(await suite.sql("registry", "select 1 from trainees")) == 1


async def test_a_known_number_with_another_name_tells_nothing(suite: Suite) -> None:
    """The office gets 409 without the stored name, and the conflict is noted for it."""
    number = people.id_number()
    await _code(suite, number, "阿依古丽·买买提")
    answer = await _counter(suite).post(
        "/binding-codes", json={"id_number": number, "name": "李四"}
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "name_differs"
    assert "阿依古丽" not in answer.text
    rows = await suite.sql("registry", "select authority, state from name_conflicts")
    assert [tuple(row) for row in rows] == [("650402", "open")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"id_number": "650402199001011233", "name": "王小明"}, "id_number_wrong"),
        ({"id_number": "65040219900101", "name": "王小明"}, "id_number_wrong"),
        ({"id_number": people.id_number(serial=901), "name": "王3"}, "name_wrong"),
    ],
)
async def test_a_card_that_cannot_be_is_refused(
    suite: Suite, body: dict[str, str], code: str
) -> None:
    """The fault is named, the number is not repeated."""
    answer = await _counter(suite).post("/binding-codes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert body["id_number"] not in answer.text


async def test_an_institution_hands_out_no_codes(suite: Suite) -> None:
    """The log-in is bound by a proof that comes from elsewhere."""
    for caller in (suite.organisation(uuid4()), suite.trainee(uuid4())):
        answer = await suite.service("registry", caller).post(
            "/binding-codes", json={"id_number": people.id_number(), "name": "王小明"}
        )
        assert answer.status_code == 403


async def test_the_person_is_told_that_a_log_in_was_bound(suite: Suite) -> None:
    """If it was not they, they can say so."""
    someone = await people.person(suite)
    rows = await suite.sql("registry", "select trainee_id, kind from inbox")
    assert [tuple(row) for row in rows] == [(someone.id, "login_bound")]


async def test_names_and_numbers_are_stored_sealed(suite: Suite) -> None:
    """Nothing of the card can be read in the row."""
    someone = await people.person(suite, "古丽米热·买买提", phone="13812345678")
    rows = await suite.sql("registry", "select * from trainees")
    stored = b"".join(value for value in rows[0].values() if isinstance(value, bytes))
    for plain in (someone.name, someone.id_number, "13812345678"):
        assert plain.encode() not in stored


# A further log-in of somebody who has one ------------------------------------------------------


async def _again(suite: Suite, someone: people.Person, by: Principal) -> dict[str, Any]:
    card = {"id_number": someone.id_number, "name": someone.name}
    made: dict[str, Any] = ok(
        await suite.service("registry", by).post("/binding-codes", json=card), 201
    )
    return made


async def _second(suite: Suite, made: dict[str, Any], number: str, by: Principal) -> httpx.Response:
    return await suite.service("registry", by).post(
        f"/binding-codes/{made['id']}/second", json={"id_number": number}
    )


async def test_no_officer_takes_a_bound_person_over_alone(suite: Suite) -> None:
    """A second log-in takes two offices; without the second the code looks like a wrong one."""
    someone, window = await people.person(suite), suite.officer("650402", office="650402/window")
    made = await _again(suite, someone, window)
    assert made["second_needed"] is True
    wrong, taken = (
        await _bind(suite, "ACDEFGHJKM", uuid4()),
        await _bind(suite, made["code"], uuid4()),
    )
    assert (taken.status_code, taken.json()["code"]) == (422, "binding_code_refused")
    assert {**taken.json(), "trace": ""} == {**wrong.json(), "trace": ""}
    colleague = suite.officer("650402", office="650402/window")
    for by in (window, colleague):
        problem(await _second(suite, made, someone.id_number, by), 409, "binding_same_office")
    other = suite.officer("650402", office="650402/audit")
    ok(await _second(suite, made, someone.id_number, other), 201)
    bound = ok(await _bind(suite, made["code"], uuid4()))
    assert bound == {"trainee_id": str(someone.id)}
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert sorted((line["purpose"], line["office"]) for line in log) == [
        ("binding", "650402/audit"),
        ("binding", "650402/window"),
    ]


async def test_the_second_office_sees_the_card_of_the_person_in_question(suite: Suite) -> None:
    """Another card, another authority, or nobody to replace: there is no such code."""
    someone, stranger = await people.person(suite), await people.person(suite, "李四")
    made = await _again(suite, someone, suite.officer("650402"))
    audit = suite.officer("650402", office="650402/audit")
    far = suite.officer("650421", office="650421/audit")
    problem(await _second(suite, made, stranger.id_number, audit), 404, "not_found")
    problem(await _second(suite, made, someone.id_number, far), 404, "not_found")
    fresh = people.id_number()
    card = {"id_number": fresh, "name": "王五"}
    first = ok(await _counter(suite).post("/binding-codes", json=card), 201)
    assert first["second_needed"] is False
    problem(await _second(suite, first, fresh, audit), 404, "not_found")


async def test_the_database_itself_knows_two_offices(suite: Suite) -> None:
    """One officer's second signature, or a second binding by one office, cannot be written."""
    someone = await people.person(suite)
    made = await _again(suite, someone, suite.officer("650402"))
    same = "update binding_codes set second_by = 'x', second_office = office where id = $1"
    alone = "update binding_codes set redeemed_at = made_at, login_id = id where id = $1"
    for statement in (same, alone):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await suite.sql("registry", statement, UUID(made["id"]))


async def test_a_newer_code_ends_the_older_ones(suite: Suite) -> None:
    """Of two slips of paper only the last one binds."""
    number = people.id_number()
    older, newer = await _code(suite, number), await _code(suite, number)
    assert (await _bind(suite, older, uuid4())).status_code == 422
    assert (await _bind(suite, newer, uuid4())).status_code == 200


async def test_a_replaced_log_in_does_not_come_back_with_its_old_code(suite: Suite) -> None:
    """Whoever found the lost telephone cannot bind it again."""
    number, lost = people.id_number(), uuid4()
    old = await _code(suite, number)
    ok(await _bind(suite, old, lost))
    card = {"id_number": number, "name": "王小明"}
    made = ok(await _counter(suite).post("/binding-codes", json=card), 201)
    ok(await _second(suite, made, number, suite.officer("650402", office="650402/audit")), 201)
    ok(await _bind(suite, old, lost))
    ok(await _bind(suite, made["code"], uuid4()))
    assert (await _bind(suite, old, lost)).status_code == 422


async def test_making_a_code_is_in_the_persons_access_log(suite: Suite) -> None:
    """Which officer handed it out, and what for."""
    await _code(suite, people.id_number())
    (row,) = await suite.sql("registry", "select purpose, what, office from access_log")
    assert tuple(row) == ("binding", "id_number", "650402/hrss")
