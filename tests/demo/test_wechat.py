"""The WeChat double answers as the real server does, so that a client of it works there."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.demo import wechat
from shared.transport import MemoryTransport

PATH = "/sns/jscode2session"
RID = re.compile(r"(.*), rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


class Watch:
    """A clock that stands until moved; seconds since 1970."""

    def __init__(self) -> None:
        self.seconds = 1_790_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


class Mini:
    """A mini program's backend, by hand."""

    def __init__(self, http: httpx.AsyncClient, double: wechat.Double, watch: Watch) -> None:
        self.http, self.double, self.watch = http, double, watch

    def code(self, seed: str = "gulnar") -> str:
        """Return a new code of a person."""
        return wechat.code_for(seed, now=self.watch())

    async def login(self, code: str, **changes: str | None) -> dict[str, Any]:
        """Send a code with the right credentials, or with some changed or left out."""
        params: dict[str, str | None] = {
            "appid": wechat.APPID,
            "secret": wechat.SECRET,
            "js_code": code,
            "grant_type": "authorization_code",
            **changes,
        }
        given = {name: value for name, value in params.items() if value is not None}
        response = await self.http.get(PATH, params=given)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/plain"
        answer: dict[str, Any] = response.json()
        return answer

    async def refused(self, code: str, **changes: str | None) -> tuple[int, str]:
        """Return the error of a log-in, without its request id."""
        answer = await self.login(code, **changes)
        assert answer.keys() == {"errcode", "errmsg"}
        found = RID.fullmatch(answer["errmsg"])
        assert found is not None
        return answer["errcode"], found.group(1)


@pytest.fixture
async def mini() -> AsyncIterator[Mini]:
    """Give a backend and its server."""
    watch = Watch()
    app = wechat.create(now=watch)
    network = MemoryTransport({"wechat": app})
    async with httpx.AsyncClient(transport=network, base_url="http://wechat") as http:
        yield Mini(http, app.state.double, watch)


async def test_a_code_gives_a_stable_openid_and_a_new_session_key(mini: Mini) -> None:
    """One person is the same at every log-in, and another at no log-in."""
    first, second = await mini.login(mini.code()), await mini.login(mini.code())
    other = await mini.login(mini.code("adil"))
    assert first.keys() == {"openid", "session_key"}
    assert first["openid"] == second["openid"] == wechat.openid_for("gulnar")
    assert re.fullmatch(r"o[0-9A-Za-z_-]{27}", first["openid"])
    assert other["openid"] != first["openid"]
    assert first["session_key"] != second["session_key"]
    assert re.fullmatch(r"[0-9A-Za-z+/]{22}==", first["session_key"])


async def test_a_code_made_by_hand_is_taken_too(mini: Mini) -> None:
    """The seed is all between the first dash and the last."""
    answer = await mini.login("demo-village-7-gulnar-1")
    assert answer["openid"] == wechat.openid_for("village-7-gulnar")
    assert (await mini.login("demo-village-7-gulnar-2"))["openid"] == answer["openid"]


async def test_a_code_is_good_once(mini: Mini) -> None:
    """The second use has a number of its own."""
    code = mini.code()
    await mini.login(code)
    assert await mini.refused(code) == (40163, "code been used")


async def test_a_code_is_good_for_five_minutes(mini: Mini) -> None:
    """A code from before is as invalid as one never given."""
    early, late = mini.code(), mini.code()
    mini.watch.seconds += 299
    assert "openid" in await mini.login(early)
    mini.watch.seconds += 1
    assert await mini.refused(late) == (40029, "invalid code")


@pytest.mark.parametrize("code", ["081aBc0w3XyZ", "demo-", "demo-x", "demo--x", "-x-y"])
async def test_a_code_of_another_form_is_invalid(mini: Mini, code: str) -> None:
    """Nothing is made up for what nobody gave out."""
    assert await mini.refused(code) == (40029, "invalid code")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"appid": "wxother"}, (40013, "invalid appid")),
        ({"secret": "wrong"}, (40125, "invalid appsecret")),
        ({"grant_type": "client_credential"}, (40002, "invalid grant_type")),
        ({"grant_type": None}, (40002, "invalid grant_type")),
        ({"appid": None}, (41002, "appid missing")),
        ({"secret": ""}, (41004, "appsecret missing")),
        ({"js_code": None}, (41008, "missing code")),
    ],
)
async def test_a_wrong_parameter_has_its_number_and_costs_no_code(
    mini: Mini, changes: dict[str, str | None], expected: tuple[int, str]
) -> None:
    """The code can still be used when the mistake is mended."""
    code = mini.code()
    assert await mini.refused(code, **changes) == expected
    assert "openid" in await mini.login(code)


async def test_one_person_logs_in_a_hundred_times_a_minute_and_no_more(mini: Mini) -> None:
    """Another person and the next minute are not touched."""
    for _ in range(wechat.LOGINS_A_MINUTE):
        assert "openid" in await mini.login(mini.code())
    assert (await mini.refused(mini.code()))[0] == 45011
    assert "openid" in await mini.login(mini.code("adil"))
    mini.watch.seconds += 60
    assert "openid" in await mini.login(mini.code())


async def test_a_busy_server_says_so_and_takes_the_code_later(mini: Mini) -> None:
    """The answer to be tried again."""
    code = mini.code()
    mini.double.busy = 1
    assert (await mini.refused(code))[0] == -1
    assert "openid" in await mini.login(code)


async def test_parameters_in_a_body_are_not_seen(mini: Mini) -> None:
    """A backend that posts them learns it here and not in production."""
    given = {"appid": wechat.APPID, "secret": wechat.SECRET, "js_code": mini.code()}
    answer = (await mini.http.post(PATH, data=given)).json()
    assert answer["errcode"] == 41002


async def test_a_program_bound_to_an_account_also_gives_the_unionid() -> None:
    """It is the same at every program of the account, where the openid is not."""
    app = wechat.create(unionid=True)
    network = MemoryTransport({"wechat": app})
    async with httpx.AsyncClient(transport=network, base_url="http://wechat") as http:
        answer = await Mini(http, app.state.double, Watch()).login(wechat.code_for("gulnar"))
    assert answer["unionid"] == wechat.unionid_for("gulnar")
    assert (len(answer["unionid"]), answer["unionid"] != answer["openid"]) == (28, True)
