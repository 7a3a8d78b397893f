"""Signed tokens between the gateway, the services and the world: ES256 JWTs, by machine time.

Four types, told apart by the header so that none passes for another. A key belongs to one issuer:
its file name says which, the public key set repeats it, and a token is refused when its issuer and
its key's differ. Business time plays no part: a sandbox's clock does not stretch a token.
"""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from joserfc import jws
from joserfc.errors import DecodeError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey

from shared import keyring

__all__ = [
    "Code",
    "KeySet",
    "KeySetBroken",
    "Signer",
    "TokenRefused",
    "TokenType",
    "mint",
    "peek",
    "publish",
    "verify",
]

ALGORITHM: Final = "ES256"
LEEWAY: Final = 5
LONGEST: Final = 8192
_CURVE: Final = "P-256"
_PUBLIC_MODE: Final = 0o644
_SUFFIX: Final = "+jwt"
_OWN: Final = frozenset({"iss", "aud", "exp", "iat", "nbf", "jti", "typ"})


class TokenType(StrEnum):
    """What a token is for."""

    OUTSIDE = "outside"  # from the gateway to its callers, good at the gateway only
    INSIDE = "inside"  # from the gateway to the services, for one request
    SERVICE = "service"  # signed by a service for itself, naming its purpose
    TICKET = "ticket"  # one-time, from the mini program or an office to a page
    HEAD = "head"  # a service's signature under the head of its event chain


# Seconds. An inside token lives as long as the request it stands for.
_LONGEST_LIFE: Final[Mapping[TokenType, int]] = {TokenType.INSIDE: 60, TokenType.SERVICE: 300}


class Code(StrEnum):
    """Why a token is refused, in the order in which it is looked at."""

    MALFORMED = "token_malformed"
    ALGORITHM = "token_algorithm"
    SIGNATURE = "token_signature"
    TYPE = "token_type"
    ISSUER = "token_issuer"
    AUDIENCE = "token_audience"
    EXPIRED = "token_expired"


class TokenRefused(Exception):
    """The token does not let its bearer in; `code` says why and nothing quotes the token."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


class KeySetBroken(Exception):
    """A public key set holds something else than named ES256 public keys of known issuers."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key and the issuer whose key it is."""

    issuer: str
    kid: str
    key: ECKey = field(repr=False)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key pair: the private key at `path` (mode 0600), the public one beside it.

        The name up to its first dot is the issuer: registry.jwk, and after a rotation
        registry.2.jwk. Raises FileExistsError rather than replace a key.
        """
        key = ECKey.generate_key(_CURVE, private=True)
        kid = key.thumbprint()
        issuer = _issuer_of(path)
        private = {**key.as_dict(private=True), "kid": kid}
        public = {**key.as_dict(private=False), **_labels(kid), "issuer": issuer}
        beside = path.with_name(f"{path.name.removesuffix('.jwk')}.pub.json")
        with keyring.alone(path.parent):
            if path.exists():
                raise FileExistsError(path)
            # The public half first: a crash between the two leaves nothing that signs unknown.
            keyring.write_private(
                beside, json.dumps(public) + "\n", replacing=True, mode=_PUBLIC_MODE
            )
            keyring.write_private(path, json.dumps(private) + "\n", replacing=False)
        return cls(issuer, kid, key)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a private key. Raises KeyRingExposed, KeySetBroken, FileNotFoundError."""
        try:
            key = ECKey.import_key(json.loads(keyring.read_private(path)))
        except (JoseError, ValueError, KeyError, TypeError):
            raise KeySetBroken(f"{path} holds no private key") from None
        if not key.is_private or key.curve_name != _CURVE:
            raise KeySetBroken(f"{path} holds no private {_CURVE} key")
        return cls(_issuer_of(path), key.thumbprint(), key)


@dataclass(frozen=True, slots=True)
class _Public:
    key: ECKey
    issuer: str


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token whose signature held: what else must hold is looked at on every use."""

    typ: str
    issuer: str
    payload: bytes


class KeySet:
    """The public keys of every issuer, from a file that is read again when it has changed.

    The file is looked at once a second, and at once for an unknown key, also at most once a
    second. A file found broken later leaves the keys that were read before. Signatures already
    seen are remembered (bounded) until the file changes; expiry, audience, issuer and type never.
    """

    def __init__(self, path: Path, *, remembered: int = 4096, look_every_s: float = 1.0) -> None:
        self._path = path
        self._size = remembered
        self._every = look_every_s
        self._seen: tuple[int, int, int] | None = None
        self._looked = self._looked_for_unknown = float("-inf")
        self._keys: dict[str, _Public] = {}
        self._verified: OrderedDict[bytes, _Verified] = OrderedDict()
        self._read()

    def __repr__(self) -> str:
        return f"KeySet({self._path.name!r}, {len(self._keys)} keys)"

    def signature(self, token: str) -> _Verified:
        """Check form, algorithm, key, signature and that the key is its issuer's."""
        self._look()
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        if (known := self._verified.get(digest)) is not None:
            return known
        verified = self._check(token)
        self._verified[digest] = verified
        if len(self._verified) > self._size:
            self._verified.popitem(last=False)
        return verified

    def _check(self, token: str) -> _Verified:
        header = _header(token)
        if header.get("alg") != ALGORITHM:
            raise TokenRefused(Code.ALGORITHM)
        if "crit" in header:  # no extension is known here, not even an empty list of them
            raise TokenRefused(Code.SIGNATURE)
        public = self._find(header.get("kid"))
        try:
            signed = jws.deserialize_compact(token, public.key, algorithms=[ALGORITHM])
        except UnsupportedAlgorithmError:
            raise TokenRefused(Code.ALGORITHM) from None
        except DecodeError:
            raise TokenRefused(Code.MALFORMED) from None
        except (JoseError, ValueError):
            raise TokenRefused(Code.SIGNATURE) from None
        return _Verified(str(header.get("typ")), public.issuer, signed.payload)

    def _find(self, kid: object) -> _Public:
        if not isinstance(kid, str):
            raise TokenRefused(Code.SIGNATURE)
        if kid not in self._keys:
            now = time.monotonic()
            if now - self._looked_for_unknown >= self._every:
                self._looked_for_unknown = now
                self._looked = float("-inf")
                self._look()
        if (public := self._keys.get(kid)) is None:
            raise TokenRefused(Code.SIGNATURE)
        return public

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < self._every:
            return
        self._looked = now
        try:
            if self._stamp() != self._seen:
                self._read()
        except (OSError, KeySetBroken):
            return

    def _stamp(self) -> tuple[int, int, int]:
        stat = self._path.stat()
        return stat.st_mtime_ns, stat.st_ino, stat.st_size

    def _read(self) -> None:
        stamp = self._stamp()
        self._keys = _parse(self._path.read_text("utf-8"))
        self._seen = stamp
        self._verified.clear()


def mint(
    signer: Signer,
    *,
    issuer: str | None = None,
    audience: Sequence[str],
    typ: TokenType,
    ttl_s: int,
    claims: Mapping[str, Any],
    now: float | None = None,
) -> str:
    """Sign a token for `ttl_s` seconds. The edge leaves `now` out and gets machine time.

    Raises ValueError for an issuer whose key this is not, an empty audience, a life that the type
    does not allow, and claims that a token sets itself.
    """
    if issuer not in {None, signer.issuer}:
        raise ValueError("a key signs for its own issuer only")
    if isinstance(audience, str) or not audience or not all(audience):
        raise ValueError("an audience is a list of names")
    if not 0 < ttl_s <= _LONGEST_LIFE.get(typ, ttl_s):
        raise ValueError(f"a token of type {typ} does not live {ttl_s} s")
    if taken := _OWN & claims.keys():
        raise ValueError(f"a token sets {', '.join(sorted(taken))} itself")
    at = int(time.time() if now is None else now)
    own = {"iss": signer.issuer, "aud": list(audience), "jti": uuid4().hex}
    payload = {**claims, **own, "iat": at, "nbf": at, "exp": at + ttl_s}
    header = {"alg": ALGORITHM, "kid": signer.kid, "typ": f"{typ}{_SUFFIX}"}
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, text, signer.key, algorithms=[ALGORITHM])


def verify(
    token: str,
    keyset: KeySet,
    *,
    audience: str,
    issuers: Collection[str],
    typ: TokenType,
    now: float | None = None,
) -> dict[str, Any]:
    """Return the claims of a token that is good here and now. Raises TokenRefused.

    Give each type its own issuers: whoever lets a service issue inside tokens lets it be anyone.
    The edge leaves `now` out and gets machine time; five seconds of drift are forgiven.
    """
    if not token or len(token) > LONGEST:
        raise TokenRefused(Code.MALFORMED)
    verified = keyset.signature(token)
    if verified.typ != f"{typ}{_SUFFIX}":
        raise TokenRefused(Code.TYPE)
    claims = _claims(verified.payload)
    if claims["iss"] != verified.issuer or verified.issuer not in issuers:
        raise TokenRefused(Code.ISSUER)
    if audience not in claims["aud"]:
        raise TokenRefused(Code.AUDIENCE)
    _require_time(claims, typ, time.time() if now is None else now)
    return claims


def peek(token: str) -> TokenType:
    """Read the type that a token claims, unverified, to choose how to verify it.

    Raises TokenRefused with MALFORMED or TYPE.
    """
    if not token or len(token) > LONGEST:
        raise TokenRefused(Code.MALFORMED)
    try:
        return TokenType(str(_header(token).get("typ")).removesuffix(_SUFFIX))
    except ValueError:
        raise TokenRefused(Code.TYPE) from None


def publish(keys_dir: Path) -> Path:
    """Write jwks.json out of every public key of a folder and return its path.

    To retire a key, delete its *.pub.json and publish again. Raises KeySetBroken and leaves the
    published set as it was.
    """
    entries = [_load_json(path.read_text("utf-8")) for path in sorted(keys_dir.glob("*.pub.json"))]
    text = json.dumps({"keys": entries}, indent=2) + "\n"
    _parse(text)
    target = keys_dir / "jwks.json"
    keyring.write_private(target, text, replacing=True, mode=_PUBLIC_MODE)
    return target


def _issuer_of(path: Path) -> str:
    issuer = path.name.partition(".")[0]
    if not issuer.isidentifier():
        raise ValueError("a key file is named after its issuer, like registry.jwk")
    return issuer


def _labels(kid: str) -> dict[str, str]:
    return {"kid": kid, "alg": ALGORITHM, "use": "sig"}


def _load_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise KeySetBroken("the key set is not JSON") from None


def _parse(text: str) -> dict[str, _Public]:
    document = _load_json(text)
    try:
        entries = document["keys"]
        keys = {entry["kid"]: _public(entry) for entry in entries}
    except (JoseError, KeyError, TypeError, ValueError, AttributeError):
        raise KeySetBroken("the key set holds something else than public keys") from None
    if len(keys) != len(entries):
        raise KeySetBroken("two keys of the set carry one id")
    return keys


def _public(entry: dict[str, Any]) -> _Public:
    if "d" in entry:
        raise KeySetBroken("the key set holds a private key")
    if (entry["kty"], entry["crv"], entry["alg"]) != ("EC", _CURVE, ALGORITHM):
        raise KeySetBroken(f"the key set holds a key that is not {ALGORITHM}")
    issuer = entry["issuer"]
    key = ECKey.import_key({member: entry[member] for member in ("kty", "crv", "x", "y")})
    if key.thumbprint() != entry["kid"] or not isinstance(issuer, str) or not issuer:
        raise KeySetBroken("a key of the set is not what its id says, or has no issuer")
    return _Public(key, issuer)


def _header(token: str) -> dict[str, Any]:
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, RecursionError):
        raise TokenRefused(Code.MALFORMED) from None
    return header


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise TokenRefused(Code.MALFORMED) from None
    if not (
        isinstance(claims, dict)
        and all(type(claims.get(name)) in {int, float} for name in ("exp", "iat", "nbf"))
        and all(isinstance(claims.get(name), str) and claims[name] for name in ("iss", "jti"))
        and isinstance(claims.get("aud"), list)
    ):
        raise TokenRefused(Code.MALFORMED)
    return claims


def _refuse_constant(word: str) -> float:
    """Refuse NaN and the infinities, which compare as nobody expects."""
    raise ValueError(word)


def _require_time(claims: dict[str, Any], typ: TokenType, now: float) -> None:
    life = claims["exp"] - claims["iat"]
    if life > _LONGEST_LIFE.get(typ, life):
        raise TokenRefused(Code.MALFORMED)
    if not max(claims["iat"], claims["nbf"]) - LEEWAY <= now < claims["exp"] + LEEWAY:
        raise TokenRefused(Code.EXPIRED)
