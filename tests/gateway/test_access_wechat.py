"""WeChat log-ins: code2session, binding to a person, tickets for pages."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from services.gateway.access import parts
from services.gateway.access.parts import Parts
from shared import transport
from shared.principal import Principal, Role
from tests.gateway import doubles
from tests.gateway.doubles import Registry, Shifted, Wechat
from tests.suite import Suite

ANNA = UUID("01711f3a-0000-7c1e-9d0e-2f6f6b1d0a11")
BEKRI = UUID("01711f3a-0000-7c1e-9d0e-2f6f6b1d0a22")


@dataclass
class Town:
    """WeChat, the registry's codes and the gateway."""

    suite: Suite
    access: Parts
    wechat: Wechat = field(default_factory=Wechat)
    registry: Registry = field(default_factory=Registry)

    async def login(self, openid: str) -> dict[str, object]:
        """Open the mini program."""
        body = {"code": self.wechat.code_of(openid)}
        answer = await self.suite.gateway().post("/v1/wechat/login", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, object] = answer.json()
        return found

    def who(self, given: dict[str, object]) -> Principal:
        """Return whose a token is."""
        service = self.suite.apps["gateway"].state.service
        found: Principal = service.principal_of(str(given["access_token"]))
        return found

    async def bind(self, given: dict[str, object], code: str, **headers: str) -> httpx.Response:
        """Redeem an office's code."""
        client = doubles.bearer(self.suite, str(given["access_token"]))
        return await client.post("/v1/wechat/bindings", json={"code": code}, headers=headers)


@pytest.fixture
async def town(suite: Suite) -> AsyncIterator[Town]:
    """Put the two stand-ins on the network."""
    with doubles.cheap(suite) as access:
        found = Town(suite, access)
        found.registry.codes = {"ANNA234567": ANNA, "BEKR234567": BEKRI, "ANNA765432": ANNA}
        with (
            doubles.standing_in(suite, "wechat", found.wechat),
            doubles.standing_in(suite, "registry", found.registry),
        ):
            yield found


async def test_a_first_log_in_is_a_visitors(town: Town) -> None:
    """The token names the log-in and no person; neither openid nor session key comes back."""
    given = await town.login("o-anna")
    assert (given["role"], given["bound"], given["expires_in"]) == ("visitor", False, 7200)
    assert set(given) == {"access_token", "token_type", "expires_in", "role", "bound"}
    principal = town.who(given)
    assert principal.role is Role.VISITOR
    assert principal.subject == f"visitor:{principal.login}"
    assert town.wechat.asked[0]["grant_type"] == "authorization_code"
    rows = await town.suite.sql("gateway", "select l::text as row from wechat_logins l")
    assert "o-anna" not in rows[0]["row"]


async def test_the_same_account_is_the_same_log_in(town: Town) -> None:
    """However often and at once it comes."""
    given = await asyncio.gather(*(town.login("o-anna") for _ in range(5)))
    assert len({town.who(one).login for one in given}) == 1


@pytest.mark.parametrize(
    ("errcode", "status", "code"),
    [
        (40029, 401, "wechat_code_refused"),
        (40163, 401, "wechat_code_refused"),
        (40226, 403, "wechat_blocked"),
        (45011, 503, "wechat_unavailable"),
        (40013, 503, "wechat_unavailable"),
        (-1, 503, "wechat_unavailable"),
    ],
)
async def test_what_wechat_says_in_200_is_understood(
    town: Town, errcode: int, status: int, code: str
) -> None:
    """Errors come as errcode in a 200 of text/plain."""
    town.wechat.errcode = errcode
    body = {"code": town.wechat.code_of("o-anna")}
    answer = await town.suite.gateway().post("/v1/wechat/login", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(town.wechat.asked) == (2 if errcode == -1 else 1)


async def test_a_wechat_code_used_twice_is_refused(town: Town) -> None:
    """WeChat's codes are good once."""
    code = town.wechat.code_of("o-anna")
    client = town.suite.gateway()
    answers = [await client.post("/v1/wechat/login", json={"code": code}) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 401]


async def test_no_wechat_at_all_is_said(town: Town) -> None:
    """503 with Retry-After."""
    with doubles.standing_in(town.suite, "wechat", None):
        answer = await town.suite.gateway().post("/v1/wechat/login", json={"code": "any"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_an_offices_code_binds_the_log_in_to_the_person(town: Town) -> None:
    """The new token is the person's, and so is that of the next log-in."""
    given = await town.login("o-anna")
    bound = await town.bind(given, "anna-234 567")
    assert bound.status_code == 201, bound.text
    assert (bound.json()["role"], bound.json()["bound"]) == ("trainee", True)
    for one in (bound.json(), await town.login("o-anna")):
        principal = town.who(one)
        assert (principal.trainee, principal.subject) == (ANNA, f"trainee:{ANNA}")
        assert principal.login == town.who(given).login
    found = await town.suite.sql("gateway", "select subject, data from events")
    assert str(ANNA) not in str(found)


async def test_a_code_that_another_log_in_used_is_refused(town: Town) -> None:
    """The second log-in gets no person, whatever it tries."""
    assert (await town.bind(await town.login("o-anna"), "ANNA234567")).status_code == 201
    thief = await town.login("o-thief")
    refused = await town.bind(thief, "ANNA234567")
    assert (refused.status_code, refused.json()["code"]) == (422, "binding_code_refused")
    assert town.who(await town.login("o-thief")).role is Role.VISITOR


async def test_a_lost_answer_of_a_binding_costs_nothing(town: Town) -> None:
    """Lost between the services or on the way back, with the same key or another."""
    given = await town.login("o-anna")
    lost = [transport.lost()]
    town.suite.transport.fault = lambda request: (
        lost.pop() if lost and request.url.host == "registry" else None
    )
    try:
        first = await town.bind(given, "ANNA234567", **{"Idempotency-Key": "binding-one"})
    finally:
        town.suite.transport.fault = None
    assert not lost
    again = await town.bind(given, "ANNA234567", **{"Idempotency-Key": "binding-one"})
    other = await town.bind(given, "ANNA234567", **{"Idempotency-Key": "binding-two"})
    assert [a.status_code for a in (first, again, other)] == [201, 201, 201]
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await town.suite.sql("gateway", "select 1 from wechat_logins")) == 1


async def test_a_new_binding_of_a_person_ends_the_older_log_in(town: Town) -> None:
    """One person, one log-in: the older one is logged out and a visitor again."""
    old = (await town.bind(await town.login("o-old"), "ANNA234567")).json()
    before = doubles.bearer(town.suite, old["access_token"])
    assert (await before.get("/v1/problems")).status_code == 200
    new = await town.bind(await town.login("o-new"), "ANNA765432")
    assert new.status_code == 201
    assert (await before.get("/v1/problems")).status_code == 401
    after = doubles.bearer(town.suite, new.json()["access_token"])
    assert (await after.get("/v1/problems")).status_code == 200
    assert town.who(await town.login("o-old")).role is Role.VISITOR


async def test_a_bound_log_in_takes_no_second_person(town: Town) -> None:
    """One log-in, one person: the visitor's old token cannot bind it elsewhere."""
    given = await town.login("o-anna")
    assert (await town.bind(given, "ANNA234567")).status_code == 201
    second = await town.bind(given, "BEKR234567")
    assert (second.status_code, second.json()["code"]) == (409, "login_bound_elsewhere")
    again = (await town.login("o-anna"))["access_token"]
    refused = await town.bind({"access_token": again}, "BEKR234567")
    assert refused.status_code == 403


async def test_five_wrong_codes_an_hour_are_enough(town: Town) -> None:
    """Then also the right one is refused, until the hour is over."""
    given = await town.login("o-anna")
    for n in range(5):
        assert (await town.bind(given, f"WRONG{n}2345")).status_code == 422
    shut = await town.bind(given, "ANNA234567")
    assert (shut.status_code, shut.json()["code"]) == (429, "too_many_attempts")
    assert 3500 < int(shut.headers["retry-after"]) <= 3600
    other = await town.login("o-bekri")
    assert (await town.bind(other, "BEKR234567")).status_code == 201
    assert isinstance(town.access.machine, Shifted)
    town.access.machine.ahead += timedelta(minutes=61)
    assert (await town.bind(given, "ANNA234567")).status_code == 201


async def test_a_registry_that_is_away_costs_no_try(town: Town) -> None:
    """503 as often as one likes, then the code still works."""
    given = await town.login("o-anna")
    with doubles.standing_in(town.suite, "registry", None):
        for _ in range(7):
            assert (await town.bind(given, "ANNA234567")).status_code == 503
    assert (await town.bind(given, "ANNA234567")).status_code == 201


async def test_only_a_visitor_binds(town: Town) -> None:
    """Neither an institution's client nor an officer can bind a log-in."""
    for by in (town.suite.organisation(uuid4()), town.suite.officer("650402"), None):
        body = {"code": "ANNA234567"}
        answer = await town.suite.gateway(by).post("/v1/wechat/bindings", json=body)
        assert answer.status_code == (401 if by is None else 403)


async def test_a_ticket_opens_a_page_once(town: Town) -> None:
    """The person's token comes out of it one time."""
    bound = (await town.bind(await town.login("o-anna"), "ANNA234567")).json()
    client = doubles.bearer(town.suite, bound["access_token"])
    made = await client.post("/v1/wechat/tickets")
    assert (made.status_code, made.json()["expires_in"]) == (201, 60)
    page = town.suite.gateway()
    body = {"ticket": made.json()["ticket"]}
    answers = await asyncio.gather(
        *(page.post("/v1/wechat/tickets/redemption", json=body) for _ in range(4))
    )
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
    given = next(a.json() for a in answers if a.status_code == 200)
    assert town.who(given).trainee == ANNA


async def test_a_ticket_runs_out_and_ends_with_the_binding(town: Town) -> None:
    """After a minute, or when the person has another log-in, it opens nothing."""
    bound = (await town.bind(await town.login("o-old"), "ANNA234567")).json()
    client = doubles.bearer(town.suite, bound["access_token"])
    late, orphan = [(await client.post("/v1/wechat/tickets")).json()["ticket"] for _ in "ab"]
    await town.bind(await town.login("o-new"), "ANNA765432")
    page = town.suite.gateway()
    path = "/v1/wechat/tickets/redemption"
    assert (await page.post(path, json={"ticket": orphan})).status_code == 401
    assert isinstance(town.access.machine, Shifted)
    town.access.machine.ahead += timedelta(seconds=61)
    assert (await page.post(path, json={"ticket": late})).status_code == 401


async def test_a_visitor_gets_no_ticket(town: Town) -> None:
    """Pages are for persons that an office has bound."""
    client = doubles.bearer(town.suite, str((await town.login("o-anna"))["access_token"]))
    assert (await client.post("/v1/wechat/tickets")).status_code == 403


async def test_what_has_run_out_is_cleaned_away(town: Town) -> None:
    """Tickets, tries and old revocations are deleted; what still counts stays."""
    step = parts.cleaning(town.suite.apps["gateway"].state.service).step
    bound = (await town.bind(await town.login("o-old"), "ANNA234567")).json()
    await doubles.bearer(town.suite, bound["access_token"]).post("/v1/wechat/tickets")
    await town.bind(await town.login("o-thief"), "WRONG23456")
    await town.bind(await town.login("o-new"), "ANNA765432")
    count = (
        "select (select count(*) from tickets) as t, (select count(*) from attempts) as a,"
        " (select count(*) from revocations) as r"
    )
    await step(town.suite.clock.now())
    assert tuple((await town.suite.sql("gateway", count))[0]) == (1, 3, 1)
    assert isinstance(town.access.machine, Shifted)
    town.access.machine.ahead += timedelta(hours=3)
    await step(town.suite.clock.now())
    assert tuple((await town.suite.sql("gateway", count))[0]) == (0, 0, 0)
