"""Odd requests at the public door: other methods, ranges, tags, paths, headers, hosts, names."""

import gzip
import re
from typing import Any
from urllib.parse import unquote

import pytest

from shared import access
from shared.principal import Role
from tests.registry.world import GAOCHANG, SHANSHAN, world
from tests.suite import SERVICES, Suite

EVIL = "evil.example"
KEY = "01700000-0000-7000-8000-000000000001"
POSES = {
    "X-User-Id": EVIL,
    "X-Forwarded-User": EVIL,
    "X-Forwarded-For": EVIL,
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": EVIL,
    "X-Original-URL": f"/internal/{EVIL}",
    "X-HTTP-Method-Override": "DELETE",
    "X-Zhipei-Device": EVIL,
    "X-Zhipei-Subject": EVIL,
    "X-Role": EVIL,
    "Forwarded": f"host={EVIL}",
    "Cookie": f"token={EVIL}",
    "Via": EVIL,
    "Tracestate": f"evil={EVIL}",
    "Baggage": f"user={EVIL}",
    "Traceparent": f"00-{'0' * 32}-{EVIL}-01",
    "User-Agent": EVIL,
    "Referer": f"http://{EVIL}/",
    "Range": "bytes=0-0",
}


class Spy:
    """Stands before a service and remembers the headers that reach it."""

    def __init__(self, app: Any, heard: list[tuple[str, str]]) -> None:
        self.app, self.heard = app, heard

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on."""
        pairs = [(n.decode().lower(), v.decode("latin-1")) for n, v in scope["headers"]]
        self.heard += pairs
        await self.app(scope, receive, send)


async def raw(
    suite: Suite,
    path: str,
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, dict[str, str], bytes]:
    """Send a request as it is written, which clients would tidy up; return the answer."""
    sent: list[dict[str, Any]] = []
    plain, _, query = path.partition("?")
    given = {"host": "gateway"} | (headers or {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(plain),
        "raw_path": plain.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(n.lower().encode(), v.encode()) for n, v in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("gateway", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await suite.apps["gateway"](scope, receive, send)
    told = {n.decode().lower(): v.decode() for n, v in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(m.get("body", b"") for m in sent[1:])


def pages(suite: Suite) -> list[str]:
    """Return the path of every GET operation that the outside can ask for."""
    found = []
    for name in SERVICES:
        for route in access.operations(suite.apps[name]):
            if "GET" in (route.methods or ()) and not route.path.startswith("/internal"):
                path = re.sub(r"\{[^}]+\}", KEY, route.path)
                found.append(path if name == "gateway" else f"/v1{path}")
    return found


async def test_what_a_caller_says_in_headers_reaches_no_service(suite: Suite) -> None:
    """Passed through or asked by the gateway for its pages: no pose, trace or cookie goes on."""
    heard: list[tuple[str, str]] = []
    before = dict(suite.transport.apps)
    here = await world(suite)
    people = [suite.officer(GAOCHANG), here.institution.principal, None]
    try:
        for name in SERVICES:
            if name != "gateway":
                suite.transport.apps[name] = Spy(before[name], heard)
        for by in people:
            client = suite.gateway(by)
            for path in pages(suite):
                await client.get(path, headers=POSES)
            filing = {"matter": "class-filing", "language": "zh-Hans"}
            await client.post("/v1/disclosures", json=filing, headers=POSES)
    finally:
        suite.transport.apps.update(before)
    assert len(heard) > 100
    told = {pair for pair in heard if EVIL in pair[1] or pair[0] in {"range", "tracestate"}}
    assert told == set()
    assert "x-http-method-override" not in {name for name, _ in heard}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PATCH", "CONNECT", "BREW"])
async def test_a_method_that_is_not_offered_is_refused_everywhere(
    suite: Suite, method: str
) -> None:
    """No body comes back, and nothing of what a GET would tell."""
    bearer = suite.gateway(suite.officer(GAOCHANG)).headers["authorization"]
    for path in pages(suite):
        status, headers, body = await raw(
            suite, path, method=method, headers={"authorization": bearer}
        )
        if method == "HEAD" and status == 200:
            assert body == b"", path
        else:
            assert status in {404, 405}, f"{method} {path}: {status}"
        assert "access-control-allow-origin" not in headers


async def test_no_header_turns_a_method_into_another(suite: Suite) -> None:
    """A GET that says DELETE is a GET."""
    client = suite.gateway(suite.officer(GAOCHANG))
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = await client.get("/v1/classes", headers={name: "DELETE"})
        assert answer.status_code == 200


async def test_no_page_redirects_to_where_a_caller_says(suite: Suite) -> None:
    """Neither the host nor the path of a request becomes a place to go to."""
    plain = [p for p in pages(suite) if KEY not in p]
    odd = [f"//{EVIL}", f"/\\{EVIL}", f"/{EVIL}/..", f"/%2f%2f{EVIL}", f"//{EVIL}/%2e%2e"]
    for path in [*plain, *(f"{p}/" for p in plain), *(f"/{p}" for p in plain), *odd]:
        headers = {"host": EVIL, "x-forwarded-host": EVIL}
        status, told, body = await raw(suite, path, headers=headers)
        assert EVIL not in told.get("location", ""), f"{path}: {status} {told}"
        assert EVIL.encode() not in body.replace(path.encode(), b""), path
        assert not 300 <= status < 400, f"{path}: {status} {told.get('location')}"


async def test_an_authorised_list_tells_nothing_to_whoever_knows_its_tag(suite: Suite) -> None:
    """A tag of somebody else's answer is no proof of anything: no 304 across callers."""
    here = await world(suite)
    await here.file_class()
    mine = suite.gateway(here.institution.principal)
    other = suite.gateway(suite.officer(SHANSHAN))
    for path in pages(suite):
        answer = await mine.get(path)
        tag = answer.headers.get("etag")
        if tag is None or answer.status_code != 200:
            continue
        row = await other.get(path, headers={"If-None-Match": tag})
        again = await other.get(path)
        assert (row.status_code == 304) == (again.headers.get("etag") == tag), path
        if row.status_code == 304:
            assert again.content == answer.content, path
        public = "no-store" not in answer.headers.get("cache-control", "")
        anyone = await suite.gateway().get(path)
        assert not public or anyone.content == answer.content, path


async def test_whatever_is_not_public_is_kept_by_no_cache(suite: Suite) -> None:
    """An answer to somebody is stored nowhere, or for them alone, or is the same for all."""
    here = await world(suite)
    for by in (here.institution.principal, suite.officer(GAOCHANG)):
        client = suite.gateway(by)
        for path in pages(suite):
            answer = await client.get(path)
            kept = answer.headers.get("cache-control", "")
            alone = "no-cache" in kept and "Authorization" in answer.headers.get("vary", "")
            if "no-store" in kept or alone or answer.status_code != 200:
                continue
            assert (await suite.gateway().get(path)).content == answer.content, path
            assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_part_of_an_answer_is_never_served(suite: Suite) -> None:
    """Ranges are not looked at: the answer is whole, or none."""
    client = suite.gateway(suite.officer(GAOCHANG))
    for path in pages(suite):
        assert (await client.get(path, headers={"Range": "bytes=0-3"})).status_code != 206, path


async def test_a_parameter_said_twice_widens_no_list(suite: Suite) -> None:
    """The second value of a filter is neither added nor taken in secret: what is shown is one's."""
    here = await world(suite)
    room = await here.file_class()
    other = suite.gateway(suite.officer(SHANSHAN))
    for query in ("authority=650421&authority=650402", "authority=650402&authority=650421"):
        answer = await other.get(f"/v1/classes?{query}")
        assert str(room.id) not in answer.text
    for query in ("limit=1&limit=100000", "after=&after=x", "limit=1;limit=2"):
        assert (await other.get(f"/v1/classes?{query}")).status_code in {200, 400}


async def test_a_compressed_body_is_not_blown_up(suite: Suite) -> None:
    """Ten million zeros in ten thousand bytes stay ten thousand bytes, and no JSON."""
    client = suite.gateway(suite.organisation(KEY))
    packed = gzip.compress(b"0" * 10_000_000)
    for path in ("/v1/classes", "/v1/claims", "/v1/disclosures"):
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        answer = await client.post(path, content=packed, headers=headers)
        assert answer.status_code == 400, path


@pytest.mark.parametrize(
    "name",
    [
        'a.csv"\r\nSet-Cookie: a=b\r\n',
        "../../etc/passwd",
        "a\x00.csv",
        "<script>alert(1)</script>.csv",
        "花名册\u202exslx.csv",
    ],
)
async def test_the_name_of_an_upload_goes_nowhere(suite: Suite, name: str) -> None:
    """Neither into headers nor into bodies: a file is called what the suite calls it."""
    here = await world(suite)
    client = suite.gateway(here.institution.principal)
    content = "姓名,身份证号,班级编号\n".encode()
    answer = await client.post("/v1/rosters", files={"file": (name, content, "text/csv")})
    shown = answer.text + str(answer.headers)
    assert answer.status_code < 500
    for part in ("Set-Cookie", "passwd", "<script>", "\u202e"):
        assert part not in shown


async def test_whoever_asks_for_html_gets_no_script_back(suite: Suite) -> None:
    """Every text parameter of every page, with a script in it, comes back harmless."""
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    tried = 0
    for route in access.operations(suite.apps["gateway"]):
        row = suite.apps["gateway"].state.service.access.rows[route.name]
        if "GET" not in (route.methods or ()) or Role.PUBLIC not in row.roles:
            continue
        path = re.sub(r"\{[^}]+\}", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", route.path)
        names = [field.alias for field in route.dependant.query_params]
        for name in names or ["x"]:
            answer = await suite.gateway().get(path, params={name: attack})
            tried += 1
            assert answer.status_code < 500, path
            if "html" in answer.headers.get("content-type", ""):
                assert "<script>alert" not in answer.text, f"{path} {name}"
                assert "<img src=x" not in answer.text, f"{path} {name}"
                policy = answer.headers["content-security-policy"]
                assert "unsafe-inline" not in policy, path
                assert "default-src 'none'" in policy or "default-src 'self'" in policy, path
    assert tried > 20


async def test_a_class_to_join_is_in_nobody_elses_list_of_classes(suite: Suite) -> None:
    """Its contract and its commission are its side's: others find it among the classes to join."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    for by in (suite.officer(SHANSHAN), suite.organisation(KEY)):
        client = suite.gateway(by)
        assert str(room.id) not in (await client.get("/v1/classes")).text
        assert str(room.id) in (await client.get("/v1/listed-classes")).text
    for by in (suite.officer(GAOCHANG), here.institution.principal):
        assert str(room.id) in (await suite.gateway(by).get("/v1/classes")).text
