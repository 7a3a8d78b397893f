"""Logs as JSON lines: static messages, identifiers in fields, personal data masked.

The rule is that personal data is never given to a log. What stands here is the second net.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO

import structlog

Event = MutableMapping[str, Any]
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

MASK = "***"
TEXT_CHARS = 300
ITEMS = 20
FRAMES = 20
CAUSES = 4
DEPTH = 4

# Words that make a key's value personal or secret wherever they stand in the key.
PRIVATE_WORDS = frozenset(
    {
        "address",
        "authorization",
        "birth",
        "birthday",
        "body",
        "card",
        "cookie",
        "email",
        "fullname",
        "idcard",
        "mobile",
        "name",
        "names",
        "nickname",
        "openid",
        "passwd",
        "password",
        "payload",
        "phone",
        "phones",
        "realname",
        "secret",
        "surname",
        "tel",
        "token",
        "tokens",
        "totp",
        "unionid",
        "username",
    }
)
PRIVATE_KEYS = frozenset(
    {"id_number", "bank_account", "account_number", "session_key", "parameters", "params"}
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

# Hexadecimal trace ids, digests and UUIDs are kept: digits inside them are not numbers of people.
NUMBERS = re.compile(
    r"(?P<keep>(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|(?=[0-9]*[a-f])[0-9a-f]{32,64})(?![0-9A-Za-z]))"
    r"|\d{15,}[Xx]?"  # ID numbers of 15 and 18, cards of 16 to 19, and what runs into them
    r"|(?<!\d)\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{1,3})?(?!\d)"  # cards in groups of four
    r"|(?<!\d)\d{6}[ -]\d{8}[ -]\d{3}[\dXx]"  # ID numbers in their three parts
    r"|(?<!\d)(?:86)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})(?!\d)"  # mobile phones
)
WIDE_DIGITS = str.maketrans("０１２３４５６７８９Ｘ", "0123456789X")  # as an input method types
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|=\([^)]*\)|\([^()]*\)=")
CHINESE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003134f·]+")
ARABIC = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]+")

# Their messages carry rows, parameters, inputs or URLs: the type and the codes must do.
SILENT_PACKAGES = frozenset(
    {
        "asyncpg",
        "fastapi",
        "httpcore",
        "httpx",
        "joserfc",
        "pydantic",
        "pydantic_core",
        "sqlalchemy",
    }
)
TELLING = ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name")

_request: ContextVar[dict[str, Any] | None] = ContextVar("log_fields", default=None)


def begin(fields: dict[str, Any]) -> None:
    """Start the fields that every line of this request carries."""
    _request.set(fields)


def end() -> None:
    """Forget the fields of the request."""
    _request.set(None)


def identify(*, subject: str, role: str) -> None:
    """Say who calls, for every further line of this request."""
    fields = _request.get()
    if fields is not None:
        fields["subject"] = subject
        fields["role"] = role


def role() -> str | None:
    """Return the role of the caller of this request, once known."""
    fields = _request.get()
    return None if fields is None else fields.get("role")


def mask_text(text: str) -> str:
    """Mask numbers that look like ID numbers, phones and bank cards, and cut to a length."""
    short = text[:TEXT_CHARS]
    if any(char.isdigit() for char in short):
        short = NUMBERS.sub(_keep, short.translate(WIDE_DIGITS))
    return short


def mask_message(text: str) -> str:
    """Mask a message written elsewhere: first line only, without anything quoted or Chinese."""
    return _mask_foreign(QUOTED.sub(MASK, text.partition("\n")[0]))


def mask(value: Any, depth: int = 0) -> Any:
    """Mask a field's value, inside mappings and lists too."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return value if mask_text(str(value)) == str(value) else MASK
    if isinstance(value, str):
        return _mask_foreign(value)
    if isinstance(value, BaseException):
        return _one_exception(value)
    if depth >= DEPTH:
        return MASK
    if isinstance(value, Mapping):
        return {
            _mask_foreign(str(key)): MASK if is_private(str(key)) else mask(inner, depth + 1)
            for key, inner in list(value.items())[:ITEMS]
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(inner, depth + 1) for inner in list(value)[:ITEMS]]
    if isinstance(value, bytes | bytearray | memoryview):
        return MASK
    return mask_message(str(value))


@lru_cache(maxsize=1024)
def is_private(key: str) -> bool:
    """Say whether a key names personal data or a secret."""
    lowered = CAMEL.sub("_", key).lower().replace("-", "_")
    return lowered in PRIVATE_KEYS or not PRIVATE_WORDS.isdisjoint(lowered.split("_"))


def describe(error: BaseException) -> list[dict[str, Any]]:
    """Describe an exception and its causes: types, masked messages, places; no values."""
    found: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(found) < CAUSES:
        found.append({**_one_exception(current), "at": _places(current)})
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden
    return found


def configure(service: str, level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Send every log of this process, the standard library's too, to stdout as JSON lines."""
    numeric = logging.getLevelNamesMapping()[level.upper()]
    _out.stream = stream
    _out.level = numeric

    def render(_: object, __: str, event: Event) -> str:
        return render_line(service, event)

    structlog.configure(
        processors=[structlog.processors.add_log_level, render],
        wrapper_class=structlog.make_filtering_bound_logger(numeric),
        logger_factory=lambda *_: _out,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [kept for kept in root.handlers if not isinstance(kept, _StandardHandler)]
    root.addHandler(_StandardHandler(service))
    root.setLevel(numeric)
    _quieten()


def access(service: str, *, method: str, route: str, status: int, ms: float) -> None:
    """Write the one line of a request: what and how long, by which role, never by whom."""
    if _out.level > logging.INFO:
        return
    fields = _request.get() or {}
    told = f',"role":"{fields["role"]}"' if "role" in fields else ""
    _out.msg(
        f'{{"at":"{_now()}","level":"info","service":"{service}","event":"request",'
        f'"trace":"{fields.get("trace", "")}","method":"{method}","route":{_quote(route)},'
        f'"status":{status},"ms":{ms}{told}}}'
    )


def render_line(service: str, event: Event) -> str:
    """Return one event as a masked JSON line."""
    line: dict[str, Any] = {
        "at": _now(),
        "level": event.pop("level", "info"),
        "service": event.pop("service", service),
        "event": mask_message(str(event.pop("event", ""))),
    }
    line |= _request.get() or {}
    error = _error_of(event.pop("exc_info", None))
    event.pop("stack_info", None)
    for key, value in event.items():
        line[key] = MASK if is_private(key) else mask(value)
    if error is not None:
        line["exception"] = describe(error)
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


class _Out:
    """Where lines go: stdout as it is at the moment, unless told otherwise."""

    def __init__(self) -> None:
        self.stream: TextIO | None = None
        self.level = logging.CRITICAL + 1  # nothing before configure()

    def msg(self, line: str) -> None:
        """Write one line."""
        out = self.stream or sys.stdout
        out.write(line + "\n")
        out.flush()

    debug = info = warning = warn = error = critical = exception = fatal = log = msg


_out = _Out()


class _StandardHandler(logging.Handler):
    """Give the standard library's records the same form."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self.service = service

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as a line."""
        try:
            event: Event = {
                "level": record.levelname.lower(),
                "event": record.getMessage(),
                "logger": record.name,
                "exc_info": record.exc_info,
            }
            line = render_line(self.service, event)
        except Exception:  # noqa: BLE001 - a log must never break what it reports on
            event = {"level": "error", "event": "log line lost", "logger": record.name}
            line = render_line(self.service, event)
        _out.msg(line)


def _quieten() -> None:
    """Silence loggers that repeat what we log, or that write URLs with their parameters."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate, access.disabled = [], False, True
    for name in ("httpx", "httpcore", "hpack", "asyncio", "stamina", "multipart"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@lru_cache(maxsize=1024)
def _quote(route: str) -> str:
    return json.dumps(route, ensure_ascii=False)


def _mask_foreign(text: str) -> str:
    return mask_text(ARABIC.sub(MASK, CHINESE.sub(MASK, text)))


def _keep(match: re.Match[str]) -> str:
    return match.group("keep") or MASK


def _error_of(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1] if exc_info else None


def _one_exception(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    told: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if kind.__module__.partition(".")[0] not in SILENT_PACKAGES:
        told["message"] = mask_message(str(error))
    if isinstance(error, BaseExceptionGroup):
        told["group"] = [_one_exception(inner) for inner in error.exceptions[:CAUSES]]
    for attribute in TELLING:
        value = getattr(error, attribute, None)
        if isinstance(value, str):
            told[attribute] = mask_text(value)
    return told


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [
        f"{'/'.join(PurePath(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
        for frame in frames
    ]
