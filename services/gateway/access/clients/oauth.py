"""The token endpoint (RFC 6749, 4.4): client credentials in the form or in the header."""

import base64
import binascii
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.access import issuing, parts
from services.gateway.access.clients import operations
from shared import routing

FORM = "application/x-www-form-urlencoded"
FIELDS_MAX = 10
ERRORS = {
    "invalid_request": (400, "the form is malformed or repeats a parameter"),
    "invalid_client": (401, "client authentication failed"),
    "unsupported_grant_type": (400, "only client_credentials is supported"),
    "invalid_scope": (400, "a client's reach is fixed; scope is not supported"),
}

router = routing.router("/v1/oauth", tags=["登录与账号"])

ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "string", "enum": list(ERRORS)},
        "error_description": {"type": "string"},
    },
}
DESCRIBED: dict[str, Any] = {
    **routing.NO_KEY,
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": "client_credentials"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                    },
                },
                "example": {
                    "grant_type": "client_credentials",
                    "client_id": "01711f3a-6b00-7c1e-9d0e-2f6f6b1d0a11",
                    "client_secret": "…",
                },
            }
        },
    },
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {"application/json": {"schema": ERROR_SCHEMA}}}
    for status, words in ((400, "the request is refused"), (401, "invalid_client"))
}


class _Refused(Exception):
    """A request that the endpoint answers in RFC 6749's form."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@router.post(
    "/token",
    summary="换取访问令牌（客户端凭证）",
    openapi_extra=DESCRIBED,
    responses=RESPONSES,
    response_model=issuing.TokenOut,
)
async def issue_token(request: Request, here: routing.Here) -> Response:
    """Give a client a bearer token of one hour; errors have the form of RFC 6749, 5.2."""
    try:
        client_id, secret = await _credentials(request)
    except _Refused as refused:
        return _error(refused.error, basic="client_authorization" in request.scope["state"])
    now = parts.of(here).machine.now()
    client = await operations.let_in(here=here, client_id=client_id, secret=secret, now=now)
    if client is None:
        return _error("invalid_client", basic="client_authorization" in request.scope["state"])
    token = issuing.outside(here, issuing.client(client), ttl_s=issuing.SYSTEM_S)
    answer = issuing.TokenOut(access_token=token, expires_in=issuing.SYSTEM_S)
    return JSONResponse(answer.model_dump(), headers={"Cache-Control": "no-store"})


async def _credentials(request: Request) -> tuple[str, str]:
    """Read the form and the credentials: in the header or in the form, never in both."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise _Refused("invalid_request")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        raise _Refused("invalid_request") from None
    form = dict(pairs)
    if len(form) != len(pairs) or "grant_type" not in form:
        raise _Refused("invalid_request")
    given = _basic(request.scope["state"].get("client_authorization", ""))
    if given is not None and {"client_id", "client_secret"} & form.keys():
        raise _Refused("invalid_request")
    if form["grant_type"] != "client_credentials":
        raise _Refused("unsupported_grant_type")
    if "scope" in form:
        raise _Refused("invalid_scope")
    return given or (form.get("client_id", ""), form.get("client_secret", ""))


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "basic":
        raise _Refused("invalid_client")
    try:
        user, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise _Refused("invalid_client") from None
    if not colon:
        raise _Refused("invalid_client")
    return unquote_plus(user), unquote_plus(secret)


def _error(error: str, *, basic: bool) -> Response:
    status, words = ERRORS[error]
    headers = {"Cache-Control": "no-store"}
    if error == "invalid_client" and basic:
        headers["WWW-Authenticate"] = 'Basic realm="zhipei"'
    body = {"error": error, "error_description": words}
    return JSONResponse(body, status_code=status, headers=headers)
