"""Officers: invitation, activation, log-in, lock-out, suspension, the first administrator."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest

from services.gateway.access import bootstrap
from services.gateway.access.parts import Parts
from services.gateway.access.passwords import Passwords
from shared import postgres
from shared.database import Database
from tests.gateway import doubles
from tests.gateway.doubles import OFFICER, PASSWORD, Shifted
from tests.suite import Suite


@pytest.fixture
def access(suite: Suite) -> Iterator[Parts]:
    """Make hashing cheap and machine time movable."""
    with doubles.cheap(suite) as found:
        yield found


def ahead(access: Parts, **time: float) -> None:
    """Move machine time on."""
    assert isinstance(access.machine, Shifted)
    access.machine.ahead += timedelta(**time)


async def test_an_invited_officer_activates_and_comes_in(suite: Suite, access: Parts) -> None:
    """Code, password and factor lead to a token with the officer's reach."""
    officer = await doubles.enrol(suite)
    answer = await suite.gateway().post(
        "/v1/officers/login", json=officer.proof(access.machine.now())
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["role"], found["authorities"]) == ("officer", ["650402"])
    assert (found["office"], found["expires_in"]) == ("650402/hrss", 3600)
    listed = await doubles.bearer(suite, found["access_token"]).get("/v1/clients")
    assert listed.status_code == 200


async def test_secrets_of_an_officer_are_not_in_the_tables(suite: Suite, access: Parts) -> None:
    """Name, factor and activation code are sealed or indexed, the password hashed."""
    officer = await doubles.enrol(suite)
    rows = await suite.sql("gateway", "select o::text as row from officers o")
    stored = rows[0]["row"] + str(await suite.sql("gateway", "select * from events"))
    hidden = [OFFICER["name"], officer.factor.secret, PASSWORD]
    assert not [word for word in hidden if str(word) in stored]
    assert "$argon2id$" in stored


async def test_a_one_time_code_works_once(suite: Suite, access: Parts) -> None:
    """The same six digits are refused the second time, the next ones pass."""
    officer = await doubles.enrol(suite)
    now = access.machine.now()
    client = suite.gateway()
    first = await client.post("/v1/officers/login", json=officer.proof(now))
    again = await client.post("/v1/officers/login", json=officer.proof(now))
    later = now + timedelta(seconds=30)
    following = await client.post("/v1/officers/login", json=officer.proof(later))
    assert [first.status_code, again.status_code, following.status_code] == [200, 401, 200]
    assert again.json()["code"] == "login_refused"


async def test_a_one_time_code_sent_twice_at_once_lets_one_in(suite: Suite, access: Parts) -> None:
    """Two requests with one code: one token."""
    officer = await doubles.enrol(suite)
    proof = officer.proof(access.machine.now())
    answers = await asyncio.gather(
        *(suite.gateway().post("/v1/officers/login", json=proof) for _ in range(4))
    )
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]


async def test_five_wrong_tries_shut_a_name_and_time_opens_it(suite: Suite, access: Parts) -> None:
    """The sixth try is refused even when right, for a quarter of an hour."""
    officer = await doubles.enrol(suite)
    client = suite.gateway()
    for _ in range(5):
        wrong = officer.proof(access.machine.now(), password="not the password")
        assert (await client.post("/v1/officers/login", json=wrong)).status_code == 401
    shut = await client.post("/v1/officers/login", json=officer.proof(access.machine.now()))
    assert shut.status_code == 429
    assert shut.json()["code"] == "too_many_attempts"
    assert 800 < int(shut.headers["Retry-After"]) <= 900
    ahead(access, minutes=16)
    right = await client.post("/v1/officers/login", json=officer.proof(access.machine.now()))
    assert right.status_code == 200


async def test_a_name_that_nobody_has_is_answered_alike(suite: Suite, access: Parts) -> None:
    """Unknown names are refused and shut in the same words."""
    officer = await doubles.enrol(suite)
    client = suite.gateway()
    answers: dict[str, list[dict[str, object]]] = {}
    for login in (officer.login, "nobody"):
        for _ in range(6):
            wrong = {"login": login, "password": "not the password", "totp": "000000"}
            found = (await client.post("/v1/officers/login", json=wrong)).json()
            answers.setdefault(login, []).append({**found, "trace": None})
    assert answers[officer.login] == answers["nobody"]


async def test_a_wrong_second_factor_is_refused_like_a_wrong_password(
    suite: Suite, access: Parts
) -> None:
    """The answer does not tell which of the two was wrong."""
    officer = await doubles.enrol(suite)
    now = access.machine.now()
    bodies = [
        officer.proof(now, totp=officer.factor.at(now + timedelta(hours=1))),
        officer.proof(now, password="not the password"),
    ]
    answers = [await suite.gateway().post("/v1/officers/login", json=body) for body in bodies]
    first, second = ({**answer.json(), "trace": None} for answer in answers)
    assert first == second
    assert first["code"] == "login_refused"


async def test_an_activation_can_be_repeated_until_the_first_log_in(
    suite: Suite, access: Parts
) -> None:
    """A lost answer costs nothing; after the log-in the code opens nothing."""
    invited = await suite.gateway(doubles.administrator()).post("/v1/officers", json=OFFICER)
    body = {
        "login": "gulnar",
        "code": invited.json()["activation_code"].lower().replace("-", " "),
        "password": PASSWORD,
    }
    client = suite.gateway()
    first = await client.post("/v1/officers/activation", json=body)
    second = await client.post("/v1/officers/activation", json=body)
    assert first.status_code == second.status_code == 200
    assert first.json() != second.json()
    factor = pyotp.parse_uri(second.json()["totp_uri"])
    assert isinstance(factor, pyotp.TOTP)
    proof = {"login": "gulnar", "password": PASSWORD, "totp": factor.at(access.machine.now())}
    assert (await client.post("/v1/officers/login", json=proof)).status_code == 200
    assert (await client.post("/v1/officers/activation", json=body)).status_code == 401


async def test_an_activation_code_runs_out_and_weak_passwords_are_refused(
    suite: Suite, access: Parts
) -> None:
    """Seven days; twelve characters, not the name."""
    invited = await suite.gateway(doubles.administrator()).post("/v1/officers", json=OFFICER)
    body = {"login": "gulnar", "code": invited.json()["activation_code"], "password": PASSWORD}
    client = suite.gateway()
    for weak in ("short", "a" * 20, "gulnar-gulnar-2020"):
        answer = await client.post("/v1/officers/activation", json={**body, "password": weak})
        assert answer.json()["code"] == "password_weak"
    ahead(access, days=8)
    assert (await client.post("/v1/officers/activation", json=body)).status_code == 401


async def test_a_suspended_officer_is_refused_at_once(suite: Suite, access: Parts) -> None:
    """The token that was good a moment ago is not, and no new one is given."""
    officer = await doubles.enrol(suite)
    proof = officer.proof(access.machine.now())
    token = (await suite.gateway().post("/v1/officers/login", json=proof)).json()["access_token"]
    client = doubles.bearer(suite, token)
    assert (await client.get("/v1/clients")).status_code == 200
    ended = await suite.gateway(doubles.administrator()).post(
        f"/v1/officers/{officer.id}/suspension"
    )
    assert ended.json()["state"] == "suspended"
    refused = await client.get("/v1/clients")
    assert (refused.status_code, refused.json()["reason"]) == (401, "token_revoked")
    forwarded = await client.get("/v1/offerings")
    assert forwarded.status_code == 401
    later = officer.proof(access.machine.now() + timedelta(seconds=30))
    assert (await suite.gateway().post("/v1/officers/login", json=later)).status_code == 401


async def test_logging_out_ends_the_tokens_and_nobody_elses(suite: Suite, access: Parts) -> None:
    """The caller's tokens are refused, another officer's are not."""
    tokens = []
    for login in ("gulnar", "li.wei"):
        officer = await doubles.enrol(suite, login=login)
        proof = officer.proof(access.machine.now())
        answer = await suite.gateway().post("/v1/officers/login", json=proof)
        tokens.append(answer.json()["access_token"])
    mine, other = (doubles.bearer(suite, token) for token in tokens)
    assert (await mine.post("/v1/officers/logout")).status_code == 204
    assert (await mine.get("/v1/clients")).status_code == 401
    assert (await other.get("/v1/clients")).status_code == 200


async def test_an_officer_invited_again_needs_the_new_code(suite: Suite, access: Parts) -> None:
    """A lost phone: the old password and factor end, the new code sets both."""
    officer = await doubles.enrol(suite)
    admin = suite.gateway(doubles.administrator())
    again = await admin.post(f"/v1/officers/{officer.id}/invitation")
    assert again.status_code == 201
    proof = officer.proof(access.machine.now())
    assert (await suite.gateway().post("/v1/officers/login", json=proof)).status_code == 401
    body = {"login": "gulnar", "code": again.json()["activation_code"], "password": PASSWORD}
    assert (await suite.gateway().post("/v1/officers/activation", json=body)).status_code == 200


async def test_the_last_administrator_stays(suite: Suite, access: Parts) -> None:
    """Suspending the only active administrator is refused, one of two is not."""
    first = await doubles.enrol(suite, login="first", role="administrator", authorities=[])
    proof = first.proof(access.machine.now())
    await suite.gateway().post("/v1/officers/login", json=proof)
    admin = suite.gateway(doubles.administrator())
    refused = await admin.post(f"/v1/officers/{first.id}/suspension")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_administrator")
    second = await doubles.enrol(suite, login="second", role="administrator", authorities=[])
    proof = second.proof(access.machine.now())
    await suite.gateway().post("/v1/officers/login", json=proof)
    ended = await admin.post(f"/v1/officers/{first.id}/suspension")
    assert ended.status_code == 200


async def test_accounts_are_listed_in_pages_for_administrators_only(
    suite: Suite, access: Parts
) -> None:
    """Names are open to administrators; an officer may not list."""
    admin = suite.gateway(doubles.administrator())
    for login in ("one", "two", "three"):
        suite.clock.at += timedelta(seconds=1)
        answer = await admin.post("/v1/officers", json={**OFFICER, "login": login})
        assert answer.status_code == 201
    page = (await admin.get("/v1/officers", params={"limit": 2})).json()
    rest = (await admin.get("/v1/officers", params={"limit": 2, "after": page["next"]})).json()
    assert [o["login"] for o in page["items"] + rest["items"]] == ["one", "two", "three"]
    assert page["items"][0]["name"] == OFFICER["name"]
    assert rest["next"] is None
    assert (await suite.gateway(suite.officer("650402")).get("/v1/officers")).status_code == 403
    assert (await suite.gateway().get("/v1/officers")).status_code == 401


async def test_a_taken_name_and_an_unknown_authority_are_refused(
    suite: Suite, access: Parts
) -> None:
    """409 and 422, each with its code; malformed bodies list every fault."""
    admin = suite.gateway(doubles.administrator())
    assert (await admin.post("/v1/officers", json=OFFICER)).status_code == 201
    taken = await admin.post("/v1/officers", json=OFFICER)
    assert (taken.status_code, taken.json()["code"]) == (409, "login_taken")
    unknown = {**OFFICER, "login": "other", "authorities": ["110101"]}
    refused = await admin.post("/v1/officers", json=unknown)
    assert (refused.status_code, refused.json()["code"]) == (422, "authority_unknown")
    bad = {**OFFICER, "login": "No Spaces", "role": "king", "extra": 1}
    malformed = (await admin.post("/v1/officers", json=bad)).json()
    assert {f["where"] for f in malformed["errors"]} == {"body/login", "body/role", "body/extra"}


async def test_an_invitation_repeated_with_its_key_gives_the_same_code(
    suite: Suite, access: Parts
) -> None:
    """A lost answer is given again."""
    admin = suite.gateway(doubles.administrator())
    headers = {"Idempotency-Key": "invite-gulnar-1"}
    first = await admin.post("/v1/officers", json=OFFICER, headers=headers)
    again = await admin.post("/v1/officers", json=OFFICER, headers=headers)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_the_first_administrator_is_made_once(suite: Suite, access: Parts) -> None:
    """The command gives a code that works; with an administrator there it refuses."""
    url, _ = postgres.database_urls(suite.cluster, "gateway", suite.prefix)
    code = await bootstrap.make(Database(url, pool=1), suite.keys, login="root", name="管理员")
    with pytest.raises(bootstrap.AdministratorExistsError):
        await bootstrap.make(Database(url, pool=1), suite.keys, login="other", name="另一人")
    body = {"login": "root", "code": code, "password": PASSWORD}
    activated = await suite.gateway().post("/v1/officers/activation", json=body)
    assert activated.status_code == 200
    kinds = await suite.sql("gateway", "select type, by_subject from events")
    assert [tuple(k) for k in kinds] == [("officer.invited", "service:gateway")]


async def test_only_so_many_passwords_are_hashed_at_once() -> None:
    """More than the places and the queue hold are sent away with Retry-After."""
    hasher = Passwords(memory_kib=8 * 1024, rounds=2, lanes=1, at_once=1)
    hashed = await hasher.hash(PASSWORD)
    assert await hasher.holds(hashed, PASSWORD)
    assert not await hasher.holds(None, PASSWORD)
    found = await asyncio.gather(
        *(hasher.holds(hashed, PASSWORD) for _ in range(30)), return_exceptions=True
    )
    assert 0 < sum(one is True for one in found) < 30
    assert {type(one).__name__ for one in found} == {"bool", "Busy"}
