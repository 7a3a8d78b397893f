"""Clients: systems of organisations and counties, their secrets and tokens (RFC 6749)."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.access.parts import Parts
from shared.principal import Role
from tests.gateway import doubles
from tests.gateway.doubles import Shifted, StandIn
from tests.suite import Suite

SCHOOL = UUID("01711f3a-6b00-7c1e-9d0e-2f6f6b1d0a11")
COUNTY = {
    "name": "鄯善县人社局业务系统",
    "role": "county",
    "authorities": ["650421"],
    "office": "650421/hrss",
}
SYSTEM = {"name": "教务系统", "role": "organisation", "organisation_id": str(SCHOOL)}


async def standing(request: Request) -> Response:
    """Know one organisation, as institutions does."""
    if request.query_params["organisation_id"] != str(SCHOOL):
        problem = {"code": "not_found", "status": 404}
        return JSONResponse(problem, 404, media_type="application/problem+json")
    record = {"id": str(SCHOOL), "name": "某校", "authority": "650402", "roles": ["institution"]}
    return JSONResponse({"organisation": record, "listed_institution": True})


@pytest.fixture
def access(suite: Suite) -> Iterator[Parts]:
    """Let institutions know one organisation."""
    with (
        doubles.cheap(suite) as found,
        doubles.standing_in(suite, "institutions", StandIn(standing)),
    ):
        yield found


async def made(suite: Suite, body: dict[str, Any], by: Any = None) -> dict[str, str]:
    """Make a client and return what its answer holds."""
    client = suite.gateway(by or doubles.administrator())
    answer = await client.post("/v1/clients", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


async def token(suite: Suite, found: dict[str, str], **other: str) -> httpx.Response:
    """Ask for a token with credentials in the form."""
    form = {
        "grant_type": "client_credentials",
        "client_id": found["client_id"],
        "client_secret": found["client_secret"],
        **other,
    }
    return await suite.gateway().post("/v1/oauth/token", data=form)


async def test_a_system_of_an_organisation_gets_a_token(suite: Suite, access: Parts) -> None:
    """Its token carries the organisation, by form and by Basic header alike."""
    found = await made(suite, SYSTEM)
    answer = await token(suite, found)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3600)
    pair = f"{found['client_id']}:{found['client_secret']}".encode()
    header = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    form = {"grant_type": "client_credentials"}
    basic = await suite.gateway().post("/v1/oauth/token", data=form, headers=header)
    service = suite.apps["gateway"].state.service
    for given in (answer, basic):
        principal = service.principal_of(given.json()["access_token"])
        assert principal.role is Role.ORGANISATION
        assert principal.organisation == SCHOOL
        assert principal.subject == f"client:{found['client_id']}"


async def test_a_county_system_reads_and_does_not_act(suite: Suite, access: Parts) -> None:
    """It has the reach of an auditor of its county, never an officer's hand."""
    found = await made(suite, COUNTY)
    given = (await token(suite, found)).json()["access_token"]
    principal = suite.apps["gateway"].state.service.principal_of(given)
    assert principal.role is Role.AUDITOR
    assert (principal.authorities, principal.office) == (("650421",), "650421/hrss")
    refused = await doubles.bearer(suite, given).post("/v1/clients", json=COUNTY)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": str(uuid4())}, 401, "invalid_client"),
        ({"client_id": "no uuid"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
async def test_errors_of_the_token_endpoint_have_their_own_form(
    suite: Suite, access: Parts, change: dict[str, str], status: int, error: str
) -> None:
    """RFC 6749, 5.2: JSON with `error`, not a problem document."""
    answer = await token(suite, await made(suite, SYSTEM), **change)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/json"


async def test_malformed_token_requests_are_refused(suite: Suite, access: Parts) -> None:
    """JSON, repeated parameters, credentials in two places, broken Basic."""
    found = await made(suite, SYSTEM)
    client = suite.gateway()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    basic = {"Authorization": "Basic " + base64.b64encode(b"a:b").decode()}
    form = f"grant_type=client_credentials&client_id={found['client_id']}&client_secret=x"
    cases: list[tuple[dict[str, Any], str]] = [
        ({"json": {"grant_type": "client_credentials"}}, "invalid_request"),
        ({"content": form + "&grant_type=password", "headers": kind}, "invalid_request"),
        ({"content": "client_id=a", "headers": kind}, "invalid_request"),
        ({"content": form, "headers": {**kind, **basic}}, "invalid_request"),
        (
            {
                "content": "grant_type=client_credentials",
                "headers": {**kind, "Authorization": "Basic ???"},
            },
            "invalid_client",
        ),
    ]
    for request, error in cases:
        answer = await client.post("/v1/oauth/token", **request)
        assert answer.json()["error"] == error, request
    assert answer.headers["www-authenticate"].startswith("Basic")


async def test_a_rotated_secret_overlaps_and_then_ends(suite: Suite, access: Parts) -> None:
    """Both secrets are good for a day, then the new one alone."""
    old = await made(suite, SYSTEM)
    admin = suite.gateway(doubles.administrator())
    answer = await admin.post(f"/v1/clients/{old['client_id']}/secret", json={})
    assert answer.status_code == 201
    new = answer.json()
    assert new["client_secret"] != old["client_secret"]
    assert [(await token(suite, one)).status_code for one in (old, new)] == [200, 200]
    assert isinstance(access.machine, Shifted)
    access.machine.ahead += timedelta(hours=25)
    assert [(await token(suite, one)).status_code for one in (old, new)] == [401, 200]


async def test_a_rotation_without_overlap_ends_the_old_secret(suite: Suite, access: Parts) -> None:
    """A leaked secret is shut at once."""
    old = await made(suite, SYSTEM)
    admin = suite.gateway(doubles.administrator())
    path = f"/v1/clients/{old['client_id']}/secret"
    assert (await admin.post(path, json={"overlap_hours": 0})).status_code == 201
    assert (await token(suite, old)).status_code == 401


async def test_a_revoked_client_is_refused_at_once(suite: Suite, access: Parts) -> None:
    """Neither its token nor its secret is good any more, and it gets no new one."""
    found = await made(suite, SYSTEM)
    client = doubles.bearer(suite, (await token(suite, found)).json()["access_token"])
    assert (await client.get("/v1/problems")).status_code == 200
    admin = suite.gateway(doubles.administrator())
    ended = await admin.post(f"/v1/clients/{found['client_id']}/revocation")
    assert ended.json()["state"] == "revoked"
    assert (await client.get("/v1/problems")).status_code == 401
    assert (await token(suite, found)).status_code == 401
    again = await admin.post(f"/v1/clients/{found['client_id']}/secret", json={})
    assert (again.status_code, again.json()["code"]) == (409, "client_revoked")


async def test_an_officer_makes_clients_of_the_own_reach(suite: Suite, access: Parts) -> None:
    """Own authority: made, seen and shut; another's: refused and not found."""
    home, stranger = suite.officer("650402"), suite.officer("650422")
    found = await made(suite, SYSTEM, home)
    refused = await suite.gateway(stranger).post("/v1/clients", json=SYSTEM)
    assert (refused.status_code, refused.json()["code"]) == (403, "outside_reach")
    path = f"/v1/clients/{found['client_id']}"
    for call, body in (("secret", {}), ("revocation", None)):
        hidden = await suite.gateway(stranger).post(f"{path}/{call}", json=body)
        assert hidden.status_code == 404
    seen = [(await suite.gateway(by).get("/v1/clients")).json()["items"] for by in (home, stranger)]
    assert [len(items) for items in seen] == [1, 0]
    assert "client_secret" not in seen[0][0]
    assert (await suite.gateway(home).post(f"{path}/revocation")).status_code == 200


async def test_an_unknown_organisation_gets_no_client(suite: Suite, access: Parts) -> None:
    """404, and nothing is stored."""
    body = {**SYSTEM, "organisation_id": str(uuid4())}
    answer = await suite.gateway(doubles.administrator()).post("/v1/clients", json=body)
    assert answer.status_code == 404
    assert await suite.sql("gateway", "select 1 from clients") == []


async def test_a_client_is_an_organisations_or_a_countys(suite: Suite, access: Parts) -> None:
    """Half of each is refused."""
    admin = suite.gateway(doubles.administrator())
    for body in ({**COUNTY, "organisation_id": str(SCHOOL)}, {**SYSTEM, "office": "650402/hrss"}):
        assert (await admin.post("/v1/clients", json=body)).status_code == 400


async def test_a_secret_is_stored_as_an_index_only(suite: Suite, access: Parts) -> None:
    """What the table holds finds the secret and does not give it."""
    found = await made(suite, SYSTEM)
    rows = await suite.sql("gateway", "select c::text as row from clients c")
    stored = str(await suite.sql("gateway", "select * from idempotency"))
    assert found["client_secret"] not in rows[0]["row"] + stored
