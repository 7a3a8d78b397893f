"""The log-ins with the real registry, the real institutions and the demo's WeChat double."""

from typing import Any

from pydantic import SecretStr

from services.demo import wechat
from services.gateway.access.wechat.client import WeChat
from tests.gateway import doubles
from tests.suite import Suite

CARD = {"id_number": "650402199001011235", "name": "古丽米热·买买提", "phone": "13800000000"}
SCHOOL = {
    "authority": "650402",
    "credit_code": "52650421MJX000001X",
    "name": "高昌区示例职业技能培训学校",
    "short_name": "示例培训学校",
    "nature": "private_school",
    "address": "高昌区示例路1号",
    "roles": ["institution"],
    "responsible_person": {"name": "示例人", "phone": "13800000000"},
}


async def _login(suite: Suite, seed: str) -> dict[str, Any]:
    body = {"code": wechat.code_for(seed)}
    answer = await suite.gateway().post("/v1/wechat/login", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_person_comes_in_by_a_code_of_the_counter(suite: Suite) -> None:
    """From the card at the counter to the own record, and nobody else with that code."""
    office = suite.gateway(suite.officer("650402"))
    made = await office.post("/v1/binding-codes", json=CARD)
    assert made.status_code == 201, made.text
    secret = SecretStr(wechat.SECRET)
    with doubles.cheap(suite) as access, doubles.standing_in(suite, "wechat", wechat.create()):
        before = access.wechat
        access.wechat = WeChat(
            "http://wechat", appid=wechat.APPID, secret=secret, transport=suite.transport
        )
        try:
            visitor = doubles.bearer(suite, (await _login(suite, "anna"))["access_token"])
            thief = doubles.bearer(suite, (await _login(suite, "thief"))["access_token"])
            body = {"code": made.json()["code"]}
            first = await visitor.post("/v1/wechat/bindings", json=body)
            again = await visitor.post("/v1/wechat/bindings", json=body)
            stolen = await thief.post("/v1/wechat/bindings", json=body)
            assert (await _login(suite, "anna"))["role"] == "trainee"
        finally:
            access.wechat = before
    assert [first.status_code, again.status_code, stolen.status_code] == [201, 201, 422]
    own = doubles.bearer(suite, first.json()["access_token"])
    me = await own.get("/v1/me")
    assert me.status_code == 200, me.text
    assert CARD["name"] in me.text


async def test_an_office_opens_an_account_for_an_organisation_of_its_own(suite: Suite) -> None:
    """The real institutions says whose the organisation is."""
    home, stranger = suite.officer("650402"), suite.officer("650421")
    made = await suite.gateway(home).post("/v1/organisations", json=SCHOOL)
    assert made.status_code == 201, made.text
    body = {"name": "教务系统", "role": "organisation", "organisation_id": made.json()["id"]}
    refused = await suite.gateway(stranger).post("/v1/clients", json=body)
    assert refused.status_code == 403
    opened = await suite.gateway(home).post("/v1/clients", json=body)
    assert opened.status_code == 201, opened.text
    form = {"grant_type": "client_credentials", **opened.json()}
    form.pop("previous_secret_until")
    token = (await suite.gateway().post("/v1/oauth/token", data=form)).json()["access_token"]
    own = await doubles.bearer(suite, token).get(f"/v1/organisations/{made.json()['id']}")
    assert own.status_code == 200, own.text
