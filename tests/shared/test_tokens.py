"""Tokens: who signed what for whom, until when, and nothing else gets in."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from shared import tokens
from shared.keyring import KeyRingExposed
from shared.tokens import Code, KeySet, KeySetBroken, Signer, TokenRefused, TokenType

NOW = 1_600_000_000.0
CLAIMS = {"subject": "officer:1", "authorities": ["650402"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the keys of two issuers, published."""
    Signer.create(tmp_path / "gateway.jwk")
    Signer.create(tmp_path / "registry.jwk")
    tokens.publish(tmp_path)
    return tmp_path


@pytest.fixture
def gateway(folder: Path) -> Signer:
    """Return the gateway's signer."""
    return Signer.load(folder / "gateway.jwk")


@pytest.fixture
def keyset(folder: Path) -> KeySet:
    """Return the published keys."""
    return KeySet(folder / "jwks.json")


def inside(signer: Signer, **changes: Any) -> str:
    """Mint an inside token for the registry and claims."""
    given = {"audience": ["registry", "claims"], "typ": TokenType.INSIDE, "ttl_s": 60}
    return tokens.mint(signer, **{**given, "claims": CLAIMS, "now": NOW, **changes})


def check(token: str, keyset: KeySet, **changes: Any) -> dict[str, Any]:
    """Verify as the registry does."""
    given = {"audience": "registry", "issuers": {"gateway"}, "typ": TokenType.INSIDE, "now": NOW}
    return tokens.verify(token, keyset, **{**given, **changes})


def refusal(token: str, keyset: KeySet, **changes: Any) -> Code:
    """Return the code with which a token is refused."""
    with pytest.raises(TokenRefused) as refused:
        check(token, keyset, **changes)
    assert str(refused.value) == refused.value.code
    return refused.value.code


def forged(signer: Signer, header: dict[str, Any], payload: bytes) -> str:
    """Sign anything with a good key."""
    full = {"alg": "ES256", "kid": signer.kid, "typ": "inside+jwt", **header}
    return jws.serialize_compact(full, payload, signer.key, algorithms=["ES256"])


def payload(token: str) -> dict[str, Any]:
    """Read a token's claims without any check."""
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def test_a_good_token_yields_its_claims(gateway: Signer, keyset: KeySet) -> None:
    """And the ones that it sets itself."""
    claims = check(inside(gateway), keyset)
    assert claims.items() >= CLAIMS.items()
    assert (claims["iss"], claims["aud"]) == ("gateway", ["registry", "claims"])
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (NOW, NOW, NOW + 60)
    assert claims["jti"] != check(inside(gateway), keyset)["jti"]


def test_machine_time_is_the_default(gateway: Signer, keyset: KeySet) -> None:
    """Whoever names no time gets now."""
    check(inside(gateway, now=None), keyset, now=None)


@pytest.mark.parametrize(
    ("at", "good"), [(-6, False), (-5, True), (0, True), (64.9, True), (65, False), (9999, False)]
)
def test_a_token_is_good_for_its_time_and_five_seconds(
    gateway: Signer, keyset: KeySet, at: float, *, good: bool
) -> None:
    """Also when its signature was seen before."""
    token = inside(gateway)
    check(token, keyset)
    if good:
        check(token, keyset, now=NOW + at)
    else:
        assert refusal(token, keyset, now=NOW + at) is Code.EXPIRED


def test_a_token_for_others_is_refused(gateway: Signer, keyset: KeySet) -> None:
    """Audience and issuer are each service's own choice."""
    token = inside(gateway)
    check(token, keyset, audience="claims")
    assert refusal(token, keyset, audience="institutions") is Code.AUDIENCE
    assert refusal(token, keyset, audience="reg") is Code.AUDIENCE
    assert refusal(token, keyset, issuers={"registry"}) is Code.ISSUER
    assert refusal(token, keyset, issuers=set()) is Code.ISSUER


@pytest.mark.parametrize("typ", [typ for typ in TokenType if typ is not TokenType.INSIDE])
def test_no_type_passes_for_another(gateway: Signer, keyset: KeySet, typ: TokenType) -> None:
    """An outside token is good at the gateway only."""
    token = inside(gateway, typ=typ)
    assert tokens.peek(token) is typ
    assert refusal(token, keyset) is Code.TYPE
    check(token, keyset, typ=typ)


def test_a_service_cannot_sign_as_the_gateway(folder: Path, keyset: KeySet) -> None:
    """Not by asking, not by writing the issuer itself, not in its own name where it may not."""
    registry = Signer.load(folder / "registry.jwk")
    with pytest.raises(ValueError, match="own issuer"):
        inside(registry, issuer="gateway")
    claims = {**payload(inside(registry)), "iss": "gateway"}
    assert refusal(forged(registry, {}, json.dumps(claims).encode()), keyset) is Code.ISSUER
    assert refusal(inside(registry), keyset) is Code.ISSUER
    check(inside(registry), keyset, issuers={"gateway", "registry"})


def test_a_changed_token_is_refused(gateway: Signer, keyset: KeySet) -> None:
    """Claims, header and signature hang together."""
    token = inside(gateway)
    header, body, signature = token.split(".")
    other = inside(gateway, claims={"subject": "officer:2"}).split(".")
    assert refusal(f"{header}.{other[1]}.{signature}", keyset) is Code.SIGNATURE
    assert refusal(f"{header}.{body}.{other[2]}", keyset) is Code.SIGNATURE
    assert refusal(f"{header}.{body}.", keyset) is Code.SIGNATURE


def test_only_one_algorithm_is_known(gateway: Signer, keyset: KeySet, folder: Path) -> None:
    """Neither none, nor a secret made of the public key."""
    body = inside(gateway).split(".")[1]

    def encoded(header: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()

    none = encoded({"alg": "none", "kid": gateway.kid, "typ": "inside+jwt"})
    assert refusal(f"{none}.{body}.", keyset) is Code.ALGORITHM
    secret = OctKey.import_key((folder / "gateway.pub.json").read_bytes())
    hs256 = {"alg": "HS256", "kid": gateway.kid, "typ": "inside+jwt"}
    token = jws.serialize_compact(hs256, json.dumps(payload(inside(gateway))), secret)
    assert refusal(token, keyset) is Code.ALGORITHM


@pytest.mark.parametrize(
    "header", [{"kid": None}, {"kid": 7}, {"kid": "unknown"}, {"crit": ["x"], "x": 1}]
)
def test_a_token_of_an_unknown_key_is_refused(
    gateway: Signer, keyset: KeySet, header: dict[str, Any]
) -> None:
    """So is one that demands what nobody here understands."""
    full = {"alg": "ES256", "kid": gateway.kid, "typ": "inside+jwt", **header}
    first, body, signature = inside(gateway).split(".")
    first = base64.urlsafe_b64encode(json.dumps(full).encode()).rstrip(b"=").decode()
    assert refusal(f"{first}.{body}.{signature}", keyset) is Code.SIGNATURE


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c",
        "e30.e30.e30.e30.e30",
        "W10.e30.e30",
        "e30",
        "x" * 9000,
        "\u4e00.b.c",
        "\ud800.b.c",
        base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30.e30",
    ],
)
def test_what_is_no_token_is_malformed(keyset: KeySet, token: str) -> None:
    """Whatever it is, it is refused and nothing breaks."""
    assert refusal(token, keyset) in {Code.MALFORMED, Code.ALGORITHM}
    with pytest.raises(TokenRefused):
        tokens.peek(token)


def test_no_text_breaks_the_verification(tmp_path: Path) -> None:
    """Any text is refused with a code."""
    Signer.create(tmp_path / "gateway.jwk")
    keyset = KeySet(tokens.publish(tmp_path))

    @given(st.text(max_size=200))
    def refused(token: str) -> None:
        assert refusal(token, keyset) in Code

    refused()


@pytest.mark.parametrize("missing", ["exp", "iat", "nbf", "jti", "iss", "aud"])
@pytest.mark.parametrize("value", [..., None, True, "", "soon", {}])
def test_every_claim_of_its_own_is_required(
    gateway: Signer, keyset: KeySet, missing: str, value: object
) -> None:
    """And of its kind: true is no time, a text no list."""
    claims = payload(inside(gateway))
    del claims[missing]
    if value is not ...:
        claims[missing] = value
    expected = {Code.MALFORMED, Code.ISSUER} if missing in {"iss", "jti"} else {Code.MALFORMED}
    if (missing, value) == ("jti", "soon"):
        return
    assert refusal(forged(gateway, {}, json.dumps(claims).encode()), keyset) in expected


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff", b'{"exp": NaN}', b"[" * 3000])
def test_a_signed_body_that_is_no_claims_is_malformed(
    gateway: Signer, keyset: KeySet, body: bytes
) -> None:
    """A good signature makes nothing good that isn't."""
    assert refusal(forged(gateway, {}, body), keyset) is Code.MALFORMED


def test_an_inside_token_lives_a_minute_at_most(gateway: Signer, keyset: KeySet) -> None:
    """Whoever mints it, and whoever signs it past `mint`."""
    with pytest.raises(ValueError, match="does not live 61 s"):
        inside(gateway, ttl_s=61)
    with pytest.raises(ValueError, match="does not live 0 s"):
        inside(gateway, typ=TokenType.OUTSIDE, ttl_s=0)
    claims = {**payload(inside(gateway)), "exp": NOW + 3600}
    token = forged(gateway, {}, json.dumps(claims).encode())
    assert refusal(token, keyset) is Code.MALFORMED


@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "nbf", "jti", "typ"])
def test_a_caller_does_not_set_what_the_token_sets(gateway: Signer, name: str) -> None:
    """No claim is overwritten unseen."""
    with pytest.raises(ValueError, match=name):
        inside(gateway, claims={name: "x"})


@pytest.mark.parametrize("audience", ["registry", [], [""]])
def test_an_audience_is_a_list_of_names(gateway: Signer, audience: object) -> None:
    """A text is a list of letters to Python only."""
    with pytest.raises(ValueError, match="list of names"):
        inside(gateway, audience=audience)


def test_changing_claims_does_not_change_the_next_verification(
    gateway: Signer, keyset: KeySet
) -> None:
    """What is remembered is the signature, not the caller's dictionary."""
    token = inside(gateway)
    check(token, keyset)["authorities"].append("650421")
    assert check(token, keyset)["authorities"] == ["650402"]


def test_what_is_remembered_is_bounded(gateway: Signer, folder: Path) -> None:
    """A flood of tokens fills no memory."""
    keyset = KeySet(folder / "jwks.json", remembered=3)
    for _ in range(6):
        check(inside(gateway), keyset)
    assert len(keyset._verified) == 3


def test_a_private_key_is_its_owners_alone(folder: Path) -> None:
    """Mode 0600, refused otherwise, never replaced, never printed or published."""
    path = folder / "gateway.jwk"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = json.loads(path.read_text())["d"]
    assert secret not in (folder / "jwks.json").read_text() + repr(Signer.load(path))
    with pytest.raises(FileExistsError):
        Signer.create(path)
    assert json.loads(path.read_text())["d"] == secret
    assert json.loads((folder / "gateway.pub.json").read_text())["kid"] == Signer.load(path).kid
    path.chmod(0o640)
    with pytest.raises(KeyRingExposed):
        Signer.load(path)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"kty": "oct", "k": "AA"}', "public"])
def test_what_is_no_private_key_does_not_sign(folder: Path, content: str) -> None:
    """Nor does a public one."""
    path = folder / "gateway.jwk"
    path.write_text((folder / "gateway.pub.json").read_text() if content == "public" else content)
    with pytest.raises(KeySetBroken, match="private"):
        Signer.load(path)


def test_a_key_file_is_named_after_its_issuer(folder: Path) -> None:
    """The name up to the first dot."""
    assert Signer.create(folder / "claims.2026.jwk").issuer == "claims"
    assert (folder / "claims.2026.pub.json").exists()
    with pytest.raises(ValueError, match="issuer"):
        Signer.create(folder / "my key.jwk")


def test_the_published_set_names_each_keys_issuer_and_id(folder: Path) -> None:
    """The id is the thumbprint, so that no key can take another's place."""
    keys = json.loads((folder / "jwks.json").read_text())["keys"]
    assert [key["issuer"] for key in keys] == ["gateway", "registry"]
    assert all(key["kid"] == ECKey.import_key(key).thumbprint() for key in keys)
    assert all((key["alg"], key["use"]) == ("ES256", "sig") for key in keys)


def test_a_rotated_key_is_known_at_once_and_the_old_one_until_it_is_withdrawn(
    folder: Path, gateway: Signer
) -> None:
    """No restart: an unknown id makes the set be read again, a changed file makes it forget."""
    keyset = KeySet(folder / "jwks.json", look_every_s=0)
    old = inside(gateway)
    new = inside(Signer.create(folder / "gateway.2.jwk"))
    assert refusal(new, keyset) is Code.SIGNATURE
    tokens.publish(folder)
    check(new, keyset)
    check(old, keyset)
    (folder / "gateway.pub.json").unlink()
    tokens.publish(folder)
    check(new, keyset)
    assert refusal(old, keyset) is Code.SIGNATURE


def test_unknown_keys_make_nobody_read_the_file_all_the_time(folder: Path, gateway: Signer) -> None:
    """One look for the first unknown id, none for the next until a second has passed."""
    keyset = KeySet(folder / "jwks.json", look_every_s=3600)
    stranger = Signer.create(folder / "gateway.2.jwk")
    assert refusal(inside(stranger), keyset) is Code.SIGNATURE
    tokens.publish(folder)
    assert refusal(inside(stranger), keyset) is Code.SIGNATURE
    check(inside(gateway), keyset)


@pytest.mark.parametrize("damage", ["broken", "gone"])
def test_a_set_found_broken_later_leaves_the_keys_read_before(
    folder: Path, gateway: Signer, damage: str
) -> None:
    """A bad roll-out does not shut every door."""
    path = folder / "jwks.json"
    keyset = KeySet(path, look_every_s=0)
    path.unlink() if damage == "gone" else path.write_text("{")
    check(inside(gateway), keyset)


def _private(keys: list[dict[str, Any]], folder: Path) -> None:
    keys[0] |= json.loads((folder / "gateway.jwk").read_text())


@pytest.mark.parametrize(
    "spoil",
    [
        _private,
        lambda keys, _: keys[0].pop("issuer"),
        lambda keys, _: keys[0].update(issuer=""),
        lambda keys, _: keys[0].update(kid=keys[1]["kid"]),
        lambda keys, _: keys[0].update(alg="ES384"),
        lambda keys, _: keys[0].update(kty="oct", k="AA"),
        lambda keys, _: keys[0].update(crv="P-384"),
        lambda keys, _: keys[0].update(x="AA"),
        lambda keys, _: keys.append(keys[0]),
        lambda keys, _: keys.append(None),
    ],
)
def test_a_set_of_anything_else_is_refused_whole(
    folder: Path, spoil: Callable[[list[dict[str, Any]], Path], None]
) -> None:
    """Private keys, nameless keys, other algorithms, borrowed ids."""
    path = folder / "jwks.json"
    document = json.loads(path.read_text())
    spoil(document["keys"], folder)
    path.write_text(json.dumps(document))
    with pytest.raises(KeySetBroken):
        KeySet(path)


def test_a_broken_public_key_leaves_the_published_set_as_it_was(folder: Path) -> None:
    """Publishing is whole or not at all."""
    before = (folder / "jwks.json").read_text()
    (folder / "claims.pub.json").write_text("{")
    with pytest.raises(KeySetBroken):
        tokens.publish(folder)
    assert (folder / "jwks.json").read_text() == before
