"""Tokens that must open nothing: forged, confused, stale, malformed, or meant for another door."""

import base64
import hmac
import json
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey

from shared.principal import Principal, Role
from shared.tokens import Signer, TokenType

OFFICER = Principal("officer:1", Role.OFFICER, authorities=("650402",), office="650402/hrss")
ISSUERS = ("gateway", "registry", "institutions", "claims")
ODD: tuple[Any, ...] = (None, "", 0, True, [], {}, "0", ["x"], {"a": 1})
# A time long past and any word are no harm where the key's owner says them.
GOOD_ENOUGH = [("nbf", 0), ("iat", 0), ("sub", "0"), ("jti", "0")]
Json = dict[str, Any]
Case = tuple[str, str]


def part(value: Any) -> str:
    """Write a part of a token."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True)
class Door:
    """A service and what its good token says; all keys that there are, and strangers'."""

    name: str
    signers: dict[str, Signer]
    jwks: Path
    strangers: dict[str, Any] = field(default_factory=dict)

    @property
    def typ(self) -> TokenType:
        """Return the type that callers of this service bring."""
        return TokenType.OUTSIDE if self.name == "gateway" else TokenType.INSIDE

    @property
    def audience(self) -> str:
        """Return whom the token must be for."""
        return "zhipei" if self.name == "gateway" else self.name

    def claims(self, **other: Any) -> Json:
        """Return the claims of a good token, changed; `...` leaves one out."""
        now = int(time.time())
        own: Json = {"iss": "gateway", "aud": [self.audience], "jti": "1", "iat": now, "nbf": now}
        given = OFFICER.claims() | own | {"exp": now + 60} | other
        return {name: value for name, value in given.items() if value is not ...}

    def header(self, **other: Any) -> Json:
        """Return the header of a good token, changed; `...` leaves one out."""
        kid = self.signers["gateway"].kid
        given = {"alg": "ES256", "kid": kid, "typ": f"{self.typ}+jwt"} | other
        return {name: value for name, value in given.items() if value is not ...}

    def signed(
        self, header: Json | None = None, claims: Json | bytes | None = None, by: str = "gateway"
    ) -> str:
        """Sign with a good key, whatever it says."""
        text = claims if isinstance(claims, bytes) else json.dumps(claims or self.claims()).encode()
        return _raw(self.signers[by].key, header or self.header(), text)


def _raw(key: ECKey, header: Json | bytes, text: bytes) -> str:
    """Sign the bytes as they are: no library checks what the header says."""
    first = f"{part(header)}.{part(text)}"
    private = key.private_key
    assert private is not None
    pair = utils.decode_dss_signature(private.sign(first.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{first}.{part(b''.join(number.to_bytes(32, 'big') for number in pair))}"


def doors(signers: dict[str, Signer], jwks: Path) -> list[Door]:
    """Return the four."""
    strangers = {
        "P-256": ECKey.generate_key("P-256", private=True),
        "P-384": ECKey.generate_key("P-384", private=True),
        "P-521": ECKey.generate_key("P-521", private=True),
        "RSA": RSAKey.generate_key(2048, private=True),
        "Ed25519": OKPKey.generate_key("Ed25519", private=True),
    }
    return [Door(name, signers, jwks, strangers) for name in ISSUERS]


def every(door: Door) -> Iterator[Case]:
    """Return all forgeries for a service, by name."""
    for make in (_algorithms, _keys, _types, _times, _claims, _headers, _shapes, _tampered, _own):
        yield from make(door)


def _algorithms(door: Door) -> Iterator[Case]:
    """No algorithm, the public key as a secret, other curves and families."""
    text = json.dumps(door.claims()).encode()
    signature = door.signed().rpartition(".")[2]
    for alg in ("none", "None", "NONE", "nOnE", "", None, "ES256 ", "es256", ["ES256"], 256, ...):
        first = f"{part(door.header(alg=alg))}.{part(text)}"
        yield f"alg {alg!r} without signature", f"{first}."
        yield f"alg {alg!r} with another's signature", f"{first}.{signature}"
    published = door.jwks.read_text("utf-8")
    own = next(k for k in json.loads(published)["keys"] if k["issuer"] == "gateway")
    pem = door.signers["gateway"].key.as_pem(private=False)
    secrets = {"set": published.encode(), "key": json.dumps(own).encode(), "pem": pem, "x": b"x"}
    for (name, secret), bits in product(secrets.items(), (256, 384, 512)):
        first = f"{part(door.header(alg=f'HS{bits}'))}.{part(text)}"
        sealed = hmac.digest(secret, first.encode(), f"sha{bits}")
        yield f"HS{bits} with {name}", f"{first}.{part(sealed)}"
    families = {"P-384": "ES384", "P-521": "ES512", "RSA": "RS256", "Ed25519": "EdDSA"}
    for name, alg in (*families.items(), ("RSA", "PS256")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # a forger takes old names too
            signed = jws.serialize_compact(
                door.header(alg=alg), text, door.strangers[name], algorithms=[alg]
            )
        yield alg, signed


def _keys(door: Door) -> Iterator[Case]:
    """Keys that the token brings or points to itself, key ids that lead elsewhere."""
    text, mine = json.dumps(door.claims()).encode(), door.strangers["P-256"]
    public = mine.as_dict(private=False)
    brought: dict[str, Json] = {
        "jwk": {"jwk": public},
        "jwk and no kid": {"jwk": public, "kid": ...},
        "jku": {"jku": "http://127.0.0.1:9/jwks.json"},
        "jku file": {"jku": "file:///etc/passwd", "kid": "x"},
        "x5u": {"x5u": "http://127.0.0.1:9/cert.pem"},
        "x5c": {"x5c": [base64.b64encode(b"not a certificate").decode()]},
        "x5t": {"x5t": "AAAA"},
        "own thumbprint": {"kid": mine.thumbprint()},
    }
    for name, header in brought.items():
        yield f"stranger's key by {name}", _raw(mine, door.header(**header), text)
    odd = ("../../../../dev/null", "/dev/null", "jwks.json", "gateway.jwk", "' or 1=1 --", "%00")
    more = ("\u0000", "网关", "", None, 0, [], {}, "*", "a" * 4000, ...)
    for kid in (*odd, *more):
        yield f"kid {kid!r:.20}", door.signed(door.header(kid=kid))
        yield f"kid {kid!r:.20} of a stranger", _raw(mine, door.header(kid=kid), text)
    for name, signer in door.signers.items():
        if name != "gateway":
            yield f"kid of {name}", door.signed(door.header(kid=signer.kid))
            yield f"signed by {name}", door.signed(by=name)
            own = door.header(kid=signer.kid)
            yield f"signed as {name}", door.signed(own, by=name)
            yield f"issued as {name}", door.signed(own, door.claims(iss=name), by=name)


def _types(door: Door) -> Iterator[Case]:
    """Every type by every issuer for every audience but the one that is right."""
    audiences = ("zhipei", *ISSUERS)
    for typ, issuer, audience in product(TokenType, ISSUERS, audiences):
        header = door.header(typ=f"{typ}+jwt", kid=door.signers[issuer].kid)
        claims = door.claims(iss=issuer, aud=[audience])
        if (typ, issuer, audience) != (door.typ, "gateway", door.audience):
            yield f"{typ} by {issuer} for {audience}", door.signed(header, claims, by=issuer)
    for typ in ("JWT", "jwt", "", None, 1, [], f"{door.typ}", f"{door.typ}+JWT", "at+jwt", ...):
        yield f"typ {typ!r}", door.signed(door.header(typ=typ))


def _times(door: Door) -> Iterator[Case]:
    """Too late, too early, for too long, never ending."""
    now = int(time.time())
    whens: dict[str, Json] = {
        "expired": {"exp": now - 6, "iat": now - 60, "nbf": now - 60},
        "expired long ago": {"exp": 1, "iat": 0, "nbf": 0},
        "not yet valid": {"nbf": now + 60, "exp": now + 90},
        "issued tomorrow": {"iat": now + 86_400, "exp": now + 86_430},
        "exp below zero": {"exp": -1},
        "exp before iat": {"exp": now - 10, "iat": now},
    }
    if door.name != "gateway":
        whens["lives an hour"] = {"exp": now + 3600}
        whens["lives for ever"] = {"exp": 10**18}
    for name, changes in whens.items():
        yield name, door.signed(claims=door.claims(**changes))
    for claim, word in product(("exp", "nbf", "iat"), ("NaN", "-Infinity")):
        text = json.dumps(door.claims(**{claim: "@"})).replace('"@"', word).encode()
        yield f"{claim} {word}", door.signed(claims=text)


def _claims(door: Door) -> Iterator[Case]:
    """Leave out what must be there, and put something else in its place."""
    for name in ("iss", "aud", "exp", "iat", "nbf", "jti", "sub", "role"):
        yield f"no {name}", door.signed(claims=door.claims(**{name: ...}))
        for odd in ODD:
            if (name, odd) in GOOD_ENOUGH:
                continue
            yield f"{name} is {odd!r}", door.signed(claims=door.claims(**{name: odd}))
    texts = (b"", b"null", b"[]", b'"officer"', b"{", b"\xff\xfe", b"[" * 2000, b"1e999")
    for text in texts:
        yield f"claims {text[:10]!r}", door.signed(claims=text)
    for role in ("service", "root", "OFFICER", "officer,administrator", "officer\u0000"):
        yield f"role {role!r}", door.signed(claims=door.claims(role=role))
    for name, value in (
        ("authorities", "650402"),
        ("authorities", {"650402": 1}),
        ("authorities", [650402]),
        ("organisation", "' or true --"),
        ("trainee", "not a uuid"),
        ("login", 7),
        ("office", ["650402/hrss"]),
    ):
        yield f"{name} is {value!r}", door.signed(claims=door.claims(**{name: value}))
    for audience in (door.audience, [[door.audience]], [door.audience.upper()], ["*"], [None]):
        yield f"aud {audience!r}", door.signed(claims=door.claims(aud=audience))


def _headers(door: Door) -> Iterator[Case]:
    """Extensions that nobody asked for, and members said twice."""
    for name, more in (
        ("unknown extension", {"crit": ["zhipei"], "zhipei": 1}),
        ("crit without its member", {"crit": ["exp"]}),
        ("crit empty", {"crit": []}),
        ("payload not encoded", {"b64": False, "crit": ["b64"]}),
    ):
        yield name, door.signed(door.header(**more))
    _, body, signature = door.signed().split(".")
    twice = json.dumps(door.header()).replace('"alg"', '"alg": "none", "alg"', 1)
    yield "alg said twice, signed otherwise", f"{part(twice.encode())}.{body}.{signature}"
    yield "alg said twice, unsigned", f"{part(twice.encode())}.{body}."
    for header in (b"", b"{}", b"null", b"[]", b"{", b"\xff", b"[" * 2000):
        yield f"header {header[:8]!r}", f"{part(header)}.{body}.{signature}"


def _shapes(door: Door) -> Iterator[Case]:
    """Write what is no token at all."""
    good = door.signed()
    head, body, signature = good.split(".")
    whole = json.dumps({"protected": head, "payload": body, "signature": signature})
    yield "JSON serialization", whole
    yield "JSON, base64", part(whole.encode())
    pieces = (
        *("", ".", "..", "...", head, f"{head}.{body}", f"{head}.{body}.", f".{body}.{signature}"),
        *(f"{head}..{signature}", f"{good}.", f".{good}", f"{good}.{signature}", f"{good}.a.b"),
        *(f"{head} .{body}.{signature}", f"{good}=", f"{head}.{body}=.{signature}", good[:-1]),
        *(
            f"{good}A",
            good.swapcase(),
            good[::-1],
            f"{body}.{head}.{signature}",
            "null",
            "undefined",
        ),
        *(f"{good},{good}", f"Bearer {good}", f"{good};x", f'"{good}"', f"{good}%00"),
        *("a" * 8193, f"{good}{'A' * 8192}", f"{head}.{body}.{'A' * 60_000}", "." * 5000),
    )
    for n, piece in enumerate(pieces):
        yield f"shape {n} {piece[:12]!r}", piece


def _tampered(door: Door) -> Iterator[Case]:
    """Put a good signature under other words, and other signatures under good words."""
    head, body, signature = door.signed().split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    for place in range(0, 64, 4):
        broken = bytearray(raw)
        broken[place] ^= 1
        yield f"signature bit {place}", f"{head}.{body}.{part(bytes(broken))}"
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for name, pair in (
        ("zeros", (0, 0)),
        ("ones", (1, 1)),
        ("order", (order, order)),
        ("r is zero", (0, 1)),
        ("s is the order", (1, order)),
    ):
        forged = b"".join(number.to_bytes(32, "big") for number in pair)
        yield f"signature of {name}", f"{head}.{body}.{part(forged)}"
    yield "signature cut", f"{head}.{body}.{part(raw[:32])}"
    yield "signature doubled", f"{head}.{body}.{part(raw + raw)}"
    for other in (
        {"role": "administrator"},
        {"authorities": ["650402", "650400", "650421"]},
        {"sub": "officer:2"},
        {"organisation": "01700000-0000-7000-8000-000000000001", "role": "organisation"},
        {"trainee": "01700000-0000-7000-8000-000000000001", "role": "trainee"},
        {"exp": int(time.time()) + 10**6},
        {"iss": "registry"},
    ):
        yield f"words changed: {other}", f"{head}.{part(door.claims(**other))}.{signature}"


def _own(door: Door) -> Iterator[Case]:
    """Let a service make itself more than it is."""
    for name, signer in door.signers.items():
        header = door.header(typ="service+jwt", kid=signer.kid)
        for claims in (
            {"role": "officer"},
            {
                "sub": "service:gateway" if name != "gateway" else "service:claims",
                "role": "service",
            },
            {"sub": "officer:1", "role": "service", "purpose": "facts"},
            {"sub": f"service:{name}x", "role": "service", "purpose": "facts"},
        ):
            said = door.claims(iss=name, **claims)
            yield f"service token of {name} as {claims}", door.signed(header, said, by=name)
