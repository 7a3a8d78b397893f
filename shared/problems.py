"""Problems a client can act on (RFC 9457); everything else is a bug and answers 500."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from shared import telemetry

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A failure the client can act on: declared beside the function that raises it."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title_zh: ClassVar[str] = "请求有误"
    title_en: ClassVar[str] = "The request is wrong"

    def __init__(
        self,
        detail_zh: str = "",
        detail_en: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(self.code)
        self.detail_zh, self.detail_en = detail_zh, detail_en
        self.headers = dict(headers or {})
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the problem document; `extra` never overrides a standard member."""
        return {
            **self.extra,
            "type": f"/problems/{self.code}",
            "code": self.code,
            "status": self.status,
            "title": self.title_zh,
            "title_en": self.title_en,
            "detail": self.detail_zh or self.title_zh,
            "detail_en": self.detail_en or self.title_en,
            "trace": telemetry.current(),
        }


class Malformed(Problem):
    """The body, path or parameters do not have the promised form; every fault is listed."""

    status = 400
    code = "malformed"
    title_zh = "请求格式不符合要求"
    title_en = "The request does not have the promised form"


class Unauthenticated(Problem):
    """No token, or one that does not hold."""

    status = 401
    code = "unauthenticated"
    title_zh = "请先登录"
    title_en = "Please log in first"


class Forbidden(Problem):
    """The access table has no such role for the operation."""

    status = 403
    code = "forbidden"
    title_zh = "您没有办理此事项的权限"
    title_en = "Your role may not call this operation"


class NotFound(Problem):
    """Nothing here, or nothing that the caller may know of: the two look the same."""

    status = 404
    code = "not_found"
    title_zh = "没有找到"
    title_en = "Not found"


class Conflict(Problem):
    """The thing is in a state in which this cannot be done."""

    status = 409
    code = "conflict"
    title_zh = "当前状态下不能办理"
    title_en = "This cannot be done in the present state"


class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    status = 405
    code = "method_not_allowed"
    title_zh = "不支持此请求方法"
    title_en = "The method is not supported here"


class BodyTooLarge(Problem):
    """The body is longer than the operation takes."""

    status = 413
    code = "body_too_large"
    title_zh = "提交的内容过大"
    title_en = "The body is too large"


class Internal(Problem):
    """A bug or an outage: never described to the caller, logged with its trace."""

    status = 500
    code = "internal"
    title_zh = "系统出现故障，请稍后重试"
    title_en = "Something went wrong here; please try again later"


def catalogue() -> list[dict[str, Any]]:
    """List every problem code with its status and titles, sorted by code."""

    def below(kind: type[Problem]) -> Iterator[type[Problem]]:
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    found = {k.code: k for k in below(Problem)}
    return [
        {"code": k.code, "status": k.status, "title": k.title_zh, "title_en": k.title_en}
        for _, k in sorted(found.items())
    ]


def answer(problem: Problem) -> Response:
    """Render a problem document."""
    return JSONResponse(
        problem.body(), status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


def responses(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Describe problems for OpenAPI: one entry a status, each code named."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = found.setdefault(
            kind.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        line = f"`{kind.code}` {kind.title_zh} / {kind.title_en}"
        entry["description"] = "; ".join(filter(None, [entry["description"], line]))
    return found


# pydantic's error types, said to people. Values are never repeated: they may be personal data.
WORDS = {
    "missing": ("缺少此项", "is missing"),
    "extra_forbidden": ("不接受此项", "is not accepted here"),
    "string_too_long": ("文字过长", "is too long"),
    "string_too_short": ("文字过短", "is too short"),
    "string_pattern_mismatch": ("格式不正确", "does not have the right form"),
    "json_invalid": ("不是有效的 JSON", "is not valid JSON"),
    "too_long": ("条数过多", "has too many items"),
    "too_short": ("条数过少", "has too few items"),
    "greater_than_equal": ("数值过小", "is too small"),
    "less_than_equal": ("数值过大", "is too large"),
}


def _faults(error: RequestValidationError) -> list[dict[str, str]]:
    found = []
    for fault in error.errors()[:50]:
        where = "/".join(str(part) for part in fault["loc"])
        kind = str(fault["type"])
        zh, en = WORDS.get(kind, ("取值不符合要求", f"is not acceptable ({kind})"))
        found.append({"where": where, "code": kind, "text": zh, "text_en": en})
    return found


def install(app: FastAPI) -> None:
    """Give an app the one handler that turns failures into problem documents."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return answer(error)

    async def on_validation(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(Malformed(errors=_faults(error)))

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        known = {
            401: Unauthenticated,
            403: Forbidden,
            404: NotFound,
            405: MethodNotAllowed,
            413: BodyTooLarge,
        }
        kind = known.get(error.status_code, Malformed)
        return answer(kind(headers=error.headers))

    async def on_bug(_: Request, error: Exception) -> Response:
        log.error("unhandled", error=type(error).__name__, exc_info=error)
        return answer(Internal())

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_bug)
