"""Forged and confused tokens at every service: none is let in, a good one is."""

import random

import httpx

from services.gateway.surface import forward
from tests.attack import forging, strangers
from tests.attack.forging import Door
from tests.faults.part import Part, Report, Tools
from tests.gateway import doubles
from tests.suite import SERVICES, Suite

# What an officer may read at each door, and what tells that nobody was let in.
READS = {
    "gateway": "/v1/clients",
    "institutions": "/organisations",
    "registry": "/classes",
    "claims": "/claims",
}
LEAST = 300
HANDFUL = 60
WHO = "officer:01700000-0000-7000-8000-000000000001"


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    chance = random.Random(tools.seed)
    signers = {name: suite.apps[name].state.service.signer for name in SERVICES}
    for door in forging.doors(signers, suite.keys / "jwks.json"):
        forged = list(forging.every(door))
        report.case(held=len(forged) >= LEAST, what=f"{door.name}: only {len(forged)} forgeries")
        report.figures[f"forged at {door.name}"] = len(forged)
        for what, token in chance.sample(forged, tools.many(handful=HANDFUL, full=len(forged))):
            status = await _tried(suite, door, {"Authorization": f"Bearer {token}"})
            report.case(held=status in _refusals(token), what=f"{door.name}: {what}: {status}")
        for what, headers in _dressed(door):
            status = await _tried(suite, door, headers)
            report.case(held=status in REFUSED, what=f"{door.name}: {what}: {status}")
        good = await _tried(suite, door, {"Authorization": f"Bearer {door.signed()}"})
        report.case(held=good == httpx.codes.OK, what=f"{door.name}: a good token got {good}")
    await _revoked(suite, report)
    return report


REFUSED = {400, 401}


def _refusals(token: str) -> set[int]:
    """Say how a token is refused: what is no header may be refused as such."""
    return {401, 400, 431} if not token.isprintable() or not token else {401}


async def _tried(suite: Suite, door: Door, headers: dict[str, str] | list[tuple[str, str]]) -> int:
    client = suite._client(f"http://{door.name}", {})
    given = headers if isinstance(headers, list) else list(headers.items())
    raw = [(name.encode(), value.encode("utf-8")) for name, value in given]
    return (await client.get(READS[door.name], headers=raw)).status_code


def _dressed(door: Door) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return requests without a token that say in other ways who they are."""
    good = door.signed()
    says = {
        "X-User-Id": WHO,
        "X-User": WHO,
        "X-Role": "officer",
        "X-Forwarded-User": WHO,
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Access-Token": good,
        "X-Auth-Request-User": WHO,
        "X-Remote-User": WHO,
        "Remote-User": WHO,
        "X-Original-URL": "/livez",
        "X-Rewrite-URL": "/livez",
        "X-HTTP-Method-Override": "OPTIONS",
        "X-Zhipei-Subject": WHO,
        "X-Authorities": "650402",
        "X-Access-Token": good,
        "Cookie": f"token={good}; access_token={good}; Authorization=Bearer {good}",
        "Proxy-Authorization": f"Bearer {good}",
        "X-Authorization": f"Bearer {good}",
        "Authorisation": f"Bearer {good}",
    }
    found = [(name, [(name, value)]) for name, value in says.items()]
    found.append(("all of them", list(says.items())))
    schemes = ("Basic", "Token", "JWT", "Digest", "Bearer:", "Bearer\t", "", "Negotiate")
    found += [
        (f"scheme {scheme!r}", [("Authorization", f"{scheme} {good}".strip())])
        for scheme in schemes
    ]
    forged = door.signed(by="registry")
    pairs = (("forged first", (forged, good)), ("two that differ", (good + "x", good)))
    for what, (first, second) in pairs:
        two = [("Authorization", f"Bearer {first}"), ("Authorization", f"Bearer {second}")]
        found.append((what, two))
    found.append(("both in one", [("Authorization", f"Bearer {forged}, Bearer {good}")]))
    return found


async def _revoked(suite: Suite, report: Report) -> None:
    """Come to the door with a good token whose subject was revoked."""
    with doubles.cheap(suite):
        await strangers.revoke(suite)
        for principal in (
            suite.officer("650402"),
            suite.organisation(strangers.REVOKED),
            suite.trainee(strangers.REVOKED),
        ):
            client = suite.gateway(strangers.revoked(principal))
            for noun in forward.NOUNS:
                status = (await client.get(f"/v1/{noun}")).status_code
                report.case(
                    held=status == httpx.codes.UNAUTHORIZED,
                    what=f"revoked {principal.role} at /{noun}: {status}",
                )


PART = Part("tokens", "三百多种伪造、混用的令牌在四个服务都进不来，真令牌进得来", _run)
