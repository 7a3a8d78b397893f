"""No personal data reaches a log, whichever way it is tried."""

import asyncio
import io
import json
import logging
import uuid
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pydantic
import pytest
import sqlalchemy.exc
import structlog

from shared import logs

ID_NUMBER = "650402199003071230"
OLD_ID_NUMBER = "650402900307123"
PHONE = "13899512345"
CARD = "6222021234567890123"
NAME = "古丽娜尔·买买提"
UYGHUR = "گۈلنار مەمەت"
CANARIES = (ID_NUMBER, OLD_ID_NUMBER, PHONE, CARD, NAME, UYGHUR)


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Catch the lines of this process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    # Whoever started a service before may have left the capture on, of another test's warnings.
    logging.captureWarnings(capture=False)
    logs.configure("registry", "INFO", stream=stream)
    yield stream
    logs.configure("registry", "INFO")
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


def line(out: io.StringIO) -> dict[str, Any]:
    """Return the last line, having looked for every canary in all of them."""
    text = out.getvalue()
    assert text.endswith("\n")
    for canary in CANARIES:
        assert canary not in text
    found: dict[str, Any] = json.loads(text.splitlines()[-1])
    return found


def raised(fail: Callable[[], object]) -> Exception:
    """Return what a call raises, with its traceback."""
    try:
        fail()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError


def test_a_line_is_json_with_time_level_service_and_fields(out: io.StringIO) -> None:
    """What a reader needs is there, once."""
    structlog.get_logger().info("roster accepted", roster=uuid.UUID(int=7), rows=1_000, ok=True)
    found = line(out)
    assert found.pop("at").endswith("+00:00")
    assert found == {
        "level": "info",
        "service": "registry",
        "event": "roster accepted",
        "roster": "00000000-0000-0000-0000-000000000007",
        "rows": 1000,
        "ok": True,
    }


def test_lines_below_the_level_are_not_written(out: io.StringIO) -> None:
    """Debugging is asked for."""
    structlog.get_logger().debug("detail")
    assert out.getvalue() == ""


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_in_any_place_is_masked(out: io.StringIO, canary: str) -> None:
    """Message, value, key, list, mapping, object, number: none shows it."""
    log = structlog.get_logger()
    log.info("found %s twice", canary, row=f"row {canary};x")
    log.info("nested", rows=[{"a": (canary, [canary])}, {canary: 1}], obj=type("T", (), {}))
    log.info("bytes", raw=canary.encode(), error=ValueError(f"bad {canary}"))
    if canary.isdigit():
        log.info("number", a=int(canary), b=float(canary), c=f"{canary}.0")
    line(out)


@pytest.mark.parametrize(
    "written",
    [
        "65040219900307123X",
        "65040219900307123x",
        "650402 19900307 1230",
        "650402-19900307-1230",
        "６５０４０２１９９００３０７１２３０",
        "id650402199003071230end",
        "650402199003071230650402199003071248",
        "+86 138 9951 2345",
        "86-138-9951-2345",
        "tel:008613899512345",
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890",
    ],
)
def test_numbers_are_masked_however_they_are_written(written: str) -> None:
    """Spaces, dashes, full-width digits, neighbours."""
    masked = logs.mask_text(f"x {written} y")
    assert logs.MASK in masked
    assert sum(char.isdigit() for char in masked) <= 4


@pytest.mark.parametrize(
    "kept",
    [
        "01934f6b-7a10-7cc3-98c4-138001380000",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "13899512345678901234567890123456" + "a" * 32,
        "2026-11-23T08:00:00+08:00",
        "650402",
        "吐政办".encode().hex(),
        "rows 10000 of 105000",
        "trainee:01934f6b-7a10-7cc3-98c4-d5dc0c398f21",
    ],
)
def test_identifiers_dates_and_counts_are_kept(kept: str) -> None:
    """A log without them would be of no use."""
    assert logs.mask_text(kept) == kept


@pytest.mark.parametrize(
    "key",
    [
        "name", "id_number", "idNumber", "phone", "guardian_phone", "body", "password", "token",
        "Authorization", "bank_account", "session_key", "sessionKey", "openid", "client_secret",
        "home-address", "userName",
    ],
)  # fmt: skip
def test_a_key_that_names_something_private_hides_its_value(out: io.StringIO, key: str) -> None:
    """Whatever the value looks like, also inside a mapping."""
    structlog.get_logger().info("x", **{key: "Gulnar"}, inner={key: "Gulnar"})
    found = line(out)
    assert (found[key], found["inner"]) == (logs.MASK, {key: logs.MASK})


def test_an_exception_shows_types_and_places_but_no_values(out: io.StringIO) -> None:
    """Neither local variables nor quoted values nor the path of this machine."""

    def inner(secret: str) -> None:
        table: dict[str, str] = {}
        table.pop(secret)

    def outer() -> None:
        try:
            inner("Gulnar")
        except KeyError as error:
            raise RuntimeError(f"row of {NAME}, {PHONE}: 'Gulnar'\nand {ID_NUMBER}") from error

    structlog.get_logger().error("failed", exc_info=raised(outer))
    found = line(out)
    assert [cause["type"] for cause in found["exception"]] == [
        "builtins.RuntimeError",
        "builtins.KeyError",
    ]
    assert found["exception"][0]["message"] == "row of ***, ***: ***"
    assert found["exception"][1]["at"][-1].startswith("tests/shared/test_logs.py:")
    assert "Gulnar" not in out.getvalue()


def test_log_exception_describes_the_exception_at_hand(out: io.StringIO) -> None:
    """The usual call inside an except block."""
    try:
        raise ValueError(NAME)
    except ValueError:
        structlog.get_logger().exception("failed")
    assert line(out)["exception"][0]["message"] == "***"


def test_a_database_error_tells_its_constraint_and_not_its_row(out: io.StringIO) -> None:
    """PostgreSQL writes the row into DETAIL, SQLAlchemy the parameters into its message."""
    error = asyncpg.UniqueViolationError(f'duplicate key "{ID_NUMBER}"')
    error.detail = f"Key (id_number)=({ID_NUMBER}) already exists."
    error.constraint_name, error.table_name = "trainees_one_per_person", "trainees"
    wrapped = sqlalchemy.exc.IntegrityError("insert", {"name": "Gulnar"}, error)
    wrapped.__cause__ = error
    structlog.get_logger().error("failed", exc_info=wrapped, error=wrapped)
    found = line(out)
    assert found["exception"][1]["sqlstate"] == "23505"
    assert found["exception"][1]["constraint_name"] == "trainees_one_per_person"
    assert "Gulnar" not in out.getvalue()
    assert "message" not in found["exception"][0]


def test_a_validation_error_does_not_repeat_its_input(out: io.StringIO) -> None:
    """Pydantic's message holds what was sent."""
    adapter = pydantic.TypeAdapter(int)
    error = raised(lambda: adapter.validate_python("Gulnar"))
    structlog.get_logger().error("failed", exc_info=error)
    line(out)
    assert "Gulnar" not in out.getvalue()


def test_the_standard_library_is_logged_the_same_way(out: io.StringIO) -> None:
    """Arguments, exceptions and the second line of a message too."""
    error = raised(lambda: int(ID_NUMBER + "x"))
    logging.getLogger("some.library").warning(
        "call of %s\n%r", PHONE, {"name": "Gulnar"}, exc_info=error
    )
    found = line(out)
    assert (found["event"], found["logger"], found["level"]) == (
        "call of ***",
        "some.library",
        "warning",
    )
    assert "Gulnar" not in out.getvalue()


def test_a_record_that_cannot_be_rendered_is_reported_without_its_content(
    out: io.StringIO,
) -> None:
    """A wrong number of arguments loses the line and nothing else."""
    record = logging.LogRecord("some.library", logging.INFO, "", 0, "%s %s", (PHONE,), None)
    handlers = logging.getLogger().handlers
    next(one for one in handlers if isinstance(one, logs._StandardHandler)).handle(record)
    assert line(out)["event"] == "log line lost"


def test_urls_and_access_lines_of_libraries_are_not_written(out: io.StringIO) -> None:
    """They hold paths and parameters: httpx the secret of the WeChat call."""
    logging.getLogger("httpx").info("HTTP Request: GET https://x/?secret=s")
    logging.getLogger("uvicorn.access").info("GET /v1/trainees?name=Gulnar")
    assert out.getvalue() == ""


def test_a_warning_is_a_line(out: io.StringIO) -> None:
    """Warnings go where everything goes."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.configure("registry", stream=out)
        warnings.warn(f"old call for {NAME}", UserWarning, stacklevel=1)
    assert line(out)["logger"] == "py.warnings"


async def test_a_task_whose_exception_nobody_took_shows_no_value(out: io.StringIO) -> None:
    """The event loop puts the exception's own text into its message."""
    loop = asyncio.get_running_loop()
    error = ValueError(f"Gulnar '{NAME}' {ID_NUMBER}")
    message = "Task exception was never retrieved"
    loop.default_exception_handler({"message": message, "exception": error, "task": NAME})
    assert line(out)["event"] == message


def test_a_group_of_exceptions_names_each(out: io.StringIO) -> None:
    """Task groups raise several at once."""
    group = ExceptionGroup("two", [ValueError(NAME), KeyError(PHONE)])
    structlog.get_logger().error("failed", exc_info=group)
    inner = line(out)["exception"][0]["group"]
    assert [one["type"] for one in inner] == ["builtins.ValueError", "builtins.KeyError"]


async def test_lines_of_one_request_carry_its_fields_and_no_other(out: io.StringIO) -> None:
    """Two requests at once do not mix; outside of a request there are none."""

    async def request(trace: str) -> None:
        logs.begin({"trace": trace})
        await asyncio.sleep(0)
        logs.identify(subject=f"officer:{trace}", role="officer")
        await asyncio.sleep(0)
        structlog.get_logger().info("done", own=trace)

    async with asyncio.TaskGroup() as group:
        for trace in ("a", "b"):
            group.create_task(request(trace))
    lines = [json.loads(text) for text in out.getvalue().splitlines()]
    assert [(one["trace"], one["subject"], one["own"]) for one in lines] == [
        ("a", "officer:a", "a"),
        ("b", "officer:b", "b"),
    ]
    structlog.get_logger().info("outside")
    assert "trace" not in line(out)
