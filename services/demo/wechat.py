"""A small WeChat server for sandbox and tests: mini program log-in, in the real wire format.

It answers `GET /sns/jscode2session` the way api.weixin.qq.com does: always status 200, JSON
under `text/plain`, an error number and a text with a request id, codes good once and for five
minutes, a hundred log-ins a minute for one person.
"""

import base64
import hashlib
import json
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response

APPID = "wxdemo0000000000"
SECRET = "demo-secret-of-no-real-mini-program"  # noqa: S105 - opens nothing but this double
CODE_SECONDS = 300
LOGINS_A_MINUTE = 100
MINUTE = 60
CODES_KEPT = 100_000

BUSY = (-1, "system error")
INVALID_GRANT_TYPE = (40002, "invalid grant_type")
INVALID_APPID = (40013, "invalid appid")
INVALID_CODE = (40029, "invalid code")
INVALID_SECRET = (40125, "invalid appsecret")
CODE_USED = (40163, "code been used")
APPID_MISSING = (41002, "appid missing")
SECRET_MISSING = (41004, "appsecret missing")
CODE_MISSING = (41008, "missing code")
TOO_OFTEN = (45011, "api minute-quota reach limit, must slower, retry next minute")

Refusal = tuple[int, str]


def code_for(seed: str, *, now: float | None = None) -> str:
    """Return a new code, as `wx.login` would, for the person that a seed stands for.

    Now in seconds since 1970; the code is good for five minutes from it.
    """
    issued = int(time.time() if now is None else now)
    return f"demo-{seed}-t{issued:08x}{secrets.token_hex(6)}"


def openid_for(seed: str, appid: str = APPID) -> str:
    """Return the person's stable identifier at one mini program: 28 characters."""
    return _identifier(f"{appid}/{seed}")


def unionid_for(seed: str) -> str:
    """Return the person's identifier across the programs of one account: 28 characters."""
    return _identifier(f"union/{seed}")


class Double:
    """What the server remembers: codes used, recent log-ins, and how it is told to fail."""

    def __init__(self, appid: str, secret: str, *, unionid: bool, now: Callable[[], float]) -> None:
        self.appid, self.secret, self.unionid, self.now = appid, secret, unionid, now
        self.busy = 0  # so many of the next requests are answered with -1
        self.calls = 0
        self._used: dict[str, None] = {}
        self._logins: dict[str, deque[float]] = {}

    def answer(self, given: dict[str, str]) -> dict[str, Any]:
        """Answer one request by its query parameters."""
        self.calls += 1
        refusal = self._refusal(given)
        if refusal is not None:
            number, text = refusal
            stamp = f"{int(self.now()):08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
            return {"errcode": number, "errmsg": f"{text}, rid: {stamp}"}
        seed = _seed(given["js_code"])
        session = {
            "session_key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "openid": openid_for(seed, self.appid),
        }
        return {**session, "unionid": unionid_for(seed)} if self.unionid else session

    def _refusal(self, given: dict[str, str]) -> Refusal | None:
        if self.busy > 0:
            self.busy -= 1
            return BUSY
        for name, missing in (
            ("appid", APPID_MISSING),
            ("secret", SECRET_MISSING),
            ("js_code", CODE_MISSING),
        ):
            if not given.get(name):
                return missing
        if given["appid"] != self.appid:
            return INVALID_APPID
        if not secrets.compare_digest(given["secret"].encode(), self.secret.encode()):
            return INVALID_SECRET
        if given.get("grant_type") != "authorization_code":
            return INVALID_GRANT_TYPE
        return self._refusal_of_code(given["js_code"])

    def _refusal_of_code(self, code: str) -> Refusal | None:
        seed, now = _seed(code), self.now()
        if not seed or not _fresh(code, now):
            return INVALID_CODE
        if code in self._used:
            return CODE_USED
        recent = self._logins.setdefault(seed, deque())
        while recent and now - recent[0] >= MINUTE:
            recent.popleft()
        if len(recent) >= LOGINS_A_MINUTE:
            return TOO_OFTEN
        recent.append(now)
        self._used[code] = None
        if len(self._used) > CODES_KEPT:
            del self._used[next(iter(self._used))]
        return None


def create(
    *,
    appid: str = APPID,
    secret: str = SECRET,
    unionid: bool = False,
    now: Callable[[], float] = time.time,
) -> FastAPI:
    """Make the server; `app.state.double` tells it to fail. Now in seconds since 1970."""
    app = FastAPI(title="WeChat double", docs_url=None, redoc_url=None, openapi_url=None)
    double = app.state.double = Double(appid, secret, unionid=unionid, now=now)

    # The real server takes POST as well, and then misses what stands in the body.
    @app.api_route("/sns/jscode2session", methods=["GET", "POST"])
    async def jscode2session(request: Request) -> Response:
        answer = double.answer(dict(request.query_params))
        text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
        return Response(text, headers={"content-type": "text/plain"})

    return app


def _seed(code: str) -> str:
    """Return the middle of `demo-<seed>-<nonce>`, empty for anything else."""
    kind, _, rest = code.partition("-")
    seed, _, nonce = rest.rpartition("-")
    return seed if kind == "demo" and nonce else ""


def _fresh(code: str, now: float) -> bool:
    """Say whether a code's time is not over; a nonce made elsewhere carries no time."""
    nonce = code.rpartition("-")[2]
    if len(nonce) != len("t") + 8 + 12 or not nonce.startswith("t"):
        return True
    try:
        issued = int(nonce[1:9], 16)
    except ValueError:
        return True
    return now - issued < CODE_SECONDS


def _identifier(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]
