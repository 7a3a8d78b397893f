"""Forged and confused tokens: none is let in, here or at a service."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey
from joserfc.jws import serialize_compact

from shared import tokens
from shared.principal import Principal, Role
from tests.suite import Suite

OFFICER = Principal("officer:1", Role.OFFICER, authorities=("650402",), office="650402/hrss")


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    own = {"iss": "gateway", "aud": ["zhipei"], "jti": "1", "iat": now, "nbf": now}
    return {**OFFICER.claims(), **own, "exp": now + 600, **other}


def _minted(suite: Suite, issuer: str, typ: tokens.TokenType, **other: Any) -> str:
    signer = suite.apps[issuer].state.service.signer
    given = {"audience": ["zhipei"], "ttl_s": 60, "claims": OFFICER.claims(), **other}
    return tokens.mint(signer, typ=typ, **given)


def _forged(suite: Suite) -> dict[str, str]:
    """Return tokens that look like an officer's and are not."""
    good = _minted(suite, "gateway", tokens.TokenType.OUTSIDE)
    head, body, signature = good.split(".")
    kid = suite.apps["gateway"].state.service.signer.kid
    public = json.dumps(json.loads(Path(suite.keys / "jwks.json").read_text("utf-8")))
    header = {"alg": "ES256", "kid": kid, "typ": "outside+jwt"}
    stranger = ECKey.generate_key("P-256", private=True)
    text = json.dumps(_claims()).encode()
    confused = serialize_compact(
        {"alg": "HS256", "kid": kid, "typ": "outside+jwt"},
        text,
        OctKey.import_key(public),
        algorithms=["HS256"],
    )
    return {
        "alg none": f"{_part({**header, 'alg': 'none'})}.{_part(_claims())}.",
        "alg none with signature": f"{_part({**header, 'alg': 'none'})}.{body}.{signature}",
        "another key": serialize_compact(header, text, stranger, algorithms=["ES256"]),
        "public key as secret": confused,
        "embedded key": serialize_compact(
            {"alg": "ES256", "typ": "outside+jwt", "jwk": stranger.as_dict(private=False)},
            text,
            stranger,
            algorithms=["ES256"],
        ),
        "unknown kid": serialize_compact(
            {**header, "kid": "x"}, text, stranger, algorithms=["ES256"]
        ),
        "other claims": f"{head}.{_part(_claims(authorities=['650400']))}.{signature}",
        "cut signature": f"{head}.{body}.{signature[:-4]}",
        "no signature": f"{head}.{body}.",
        "inside token": _minted(suite, "gateway", tokens.TokenType.INSIDE),
        "service token": _minted(suite, "gateway", tokens.TokenType.SERVICE),
        "ticket": _minted(suite, "gateway", tokens.TokenType.TICKET),
        "head of a chain": _minted(suite, "gateway", tokens.TokenType.HEAD),
        "a service's key": _minted(suite, "registry", tokens.TokenType.OUTSIDE),
        "another audience": _minted(
            suite, "gateway", tokens.TokenType.OUTSIDE, audience=["registry"]
        ),
        "expired": _minted(suite, "gateway", tokens.TokenType.OUTSIDE, now=time.time() - 3600),
        "not yet": _minted(suite, "gateway", tokens.TokenType.OUTSIDE, now=time.time() + 600),
        "role service": _minted(
            suite,
            "gateway",
            tokens.TokenType.OUTSIDE,
            claims={"sub": "service:gateway", "role": "service", "purpose": "binding"},
        ),
        "unknown role": _minted(
            suite, "gateway", tokens.TokenType.OUTSIDE, claims={"sub": "a", "role": "king"}
        ),
        "no subject": _minted(
            suite, "gateway", tokens.TokenType.OUTSIDE, claims={"role": "officer"}
        ),
        "not a token": "a.b.c",
        "empty parts": "..",
        "too long": "a" * 9000,
    }


async def test_no_forged_token_is_let_in_at_the_gateway(suite: Suite) -> None:
    """Whatever is wrong with it: 401, at own routes and at those passed through."""
    let_in = []
    for name, token in _forged(suite).items():
        client = suite.gateway()
        client.headers["Authorization"] = f"Bearer {token}"
        paths = ("/v1/clients", "/v1/organisations", "/v1/problems")
        let_in += [(name, p) for p in paths if (await client.get(p)).status_code != 401]
    assert let_in == []


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "Token x", "bearer"])
async def test_another_scheme_is_no_token(suite: Suite, header: str) -> None:
    """Only a bearer token is one; a broken header does not pass as nobody."""
    client = suite.gateway()
    client.headers["Authorization"] = header
    assert (await client.get("/v1/problems")).status_code == 401


async def test_no_forged_token_is_let_in_at_a_service(suite: Suite) -> None:
    """An outside token opens nothing behind the gateway, neither does any of the others."""
    forged = _forged(suite)
    forged["outside token"] = _minted(
        suite, "gateway", tokens.TokenType.OUTSIDE, audience=["zhipei", "institutions"]
    )
    del forged["inside token"]
    forged["inside, another audience"] = _minted(
        suite, "gateway", tokens.TokenType.INSIDE, audience=["registry"]
    )
    forged["inside, a service's key"] = _minted(
        suite, "registry", tokens.TokenType.INSIDE, audience=["institutions"]
    )
    let_in = []
    for name, token in forged.items():
        client = suite.service("institutions", OFFICER)
        client.headers["Authorization"] = f"Bearer {token}"
        if (await client.get("/organisations")).status_code != 401:
            let_in.append(name)
    assert let_in == []
    assert (await suite.service("institutions", OFFICER).get("/organisations")).status_code == 200


async def test_a_service_called_directly_without_a_token_refuses(suite: Suite) -> None:
    """Behind the gateway nobody is the public."""
    for name in ("institutions", "registry", "claims"):
        client = suite.service(name, OFFICER)
        del client.headers["Authorization"]
        headers = {"X-User-Id": "officer:1", "X-Role": "officer"}
        answer = await client.get("/internal/events", headers=headers)
        assert answer.status_code == 401, name


async def test_the_key_set_holds_public_keys_only(suite: Suite) -> None:
    """Whoever checks a token or a chain finds every issuer's key, and no private part."""
    found = (await suite.gateway().get("/.well-known/jwks.json")).json()["keys"]
    assert {key["issuer"] for key in found} == {"institutions", "registry", "claims", "gateway"}
    assert not any("d" in key for key in found)
