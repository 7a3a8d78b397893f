"""`code2session` of WeChat's server API, as it answers: errors in 200, JSON as text/plain.

The answer's session_key is neither kept nor handed on: nothing here decrypts WeChat's data.
"""

import asyncio
import json
from typing import Any

import httpx
import structlog
from pydantic import SecretStr

from shared.problems import Problem

log = structlog.get_logger()
PATH = "/sns/jscode2session"
TIMEOUT = httpx.Timeout(4.0, connect=2.0).as_dict()
DEADLINE_S = 6.0
ATTEMPTS = 2
ANSWER_BYTES_MAX = 64 * 1024
OK = 200
BUSY = -1
CODE_WRONG = frozenset({40029, 40163})  # unknown or expired; used before
TOO_OFTEN = frozenset({45011})
RISKY = frozenset({40226})


class WechatUnavailable(Problem):
    """WeChat did not answer, or not so that we understand it."""

    status = 503
    code = "wechat_unavailable"
    title_zh = "微信登录暂不可用，请稍后重试"
    title_en = "WeChat log-in is not available; please try again shortly"


class WechatCodeRefused(Problem):
    """WeChat does not know the code: wrong, expired or used."""

    status = 401
    code = "wechat_code_refused"
    title_zh = "微信登录凭证无效或已过期，请重新打开小程序"
    title_en = "WeChat refused the code; open the mini program again"


class WechatBlocked(Problem):
    """WeChat holds the account for risky and names no person."""

    status = 403
    code = "wechat_blocked"
    title_zh = "微信限制了该账号登录，可到经办窗口办理"
    title_en = "WeChat blocks this account; an office's counter can help"


class WeChat:
    """Asks WeChat who opened the mini program."""

    def __init__(
        self,
        base_url: str,
        *,
        appid: str,
        secret: SecretStr,
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self._url = httpx.URL(base_url.rstrip("/") + PATH)
        self._appid, self._secret = appid, secret
        # The transport alone: httpx.AsyncClient would log the URL, which holds the secret.
        self._transport = transport or httpx.AsyncHTTPTransport(trust_env=False)

    async def openid(self, code: str) -> str:
        """Return the openid behind a log-in code. Raises the problems above."""
        for attempt in range(ATTEMPTS):
            answer = await self._ask(code)
            error = answer.get("errcode", 0)
            if error != BUSY or attempt == ATTEMPTS - 1:
                break
        openid = answer.get("openid")
        if error == 0 and isinstance(openid, str) and 0 < len(openid) <= 128:  # noqa: PLR2004
            return openid
        if error in CODE_WRONG:
            raise WechatCodeRefused
        if error in RISKY:
            raise WechatBlocked
        if error not in TOO_OFTEN | {BUSY}:
            log.error("wechat_answer", errcode=error)  # our appid, secret or form is wrong
        raise WechatUnavailable(headers={"Retry-After": "5"})

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _ask(self, code: str) -> dict[str, Any]:
        params = {
            "appid": self._appid,
            "secret": self._secret.get_secret_value(),
            "js_code": code,
            "grant_type": "authorization_code",
        }
        url = self._url.copy_merge_params(params)
        request = httpx.Request("GET", url, extensions={"timeout": TIMEOUT})
        try:
            async with asyncio.timeout(DEADLINE_S):
                response = await self._transport.handle_async_request(request)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
            answer = json.loads(body)
        except (TimeoutError, httpx.TransportError, ValueError) as error:
            # Without the cause: its text may hold the URL.
            log.warning("wechat_unreachable", error=type(error).__name__)
            raise WechatUnavailable(headers={"Retry-After": "5"}) from None
        if response.status_code != OK or not isinstance(answer, dict):
            raise WechatUnavailable(headers={"Retry-After": "5"})
        return answer


async def _read(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise ValueError("WeChat's answer is too long")
    return body
