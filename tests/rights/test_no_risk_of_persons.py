"""Risk is scored for claims, classes and organisations, never for persons. POLICY.md 9.5."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from tests.rights import described
from tests.suite import SERVICES, Suite

CLOSED = tomllib.loads((Path(__file__).parent / "closed.toml").read_text("utf-8"))
SCORED = re.compile(
    r"risk|scor(e|ing)|rank|credit(?!s?_codes?|s?_fen)|black_?list|grey_?list|rating|suspic|trust"
    r"|priorit|watch_?list|reliab|penalt|sanction|signal|风险|评分|信用|黑名单|失信|等次",
    re.IGNORECASE,
)
PERSON = {"trainee_id", "person_index", "enrolment_id", "id_index", "login_id"}


async def test_no_table_about_persons_has_a_column_that_scores_them(suite: Suite) -> None:
    """A table about persons is one that leads to one, or is led to by one."""
    tables: dict[tuple[str, str], set[str]] = {}
    for service, table, column in await described.stored(suite):
        tables.setdefault((service, table), set()).add(column)
    about = {key for key, columns in tables.items() if columns & PERSON}
    assert len(about) > 20
    found = {
        f"{service}.{table}.{column}"
        for service, table in about
        for column in tables[service, table]
        if SCORED.search(column)
    }
    assert found == set(CLOSED["scores_of_no_person"]["columns"])


async def test_no_table_is_named_after_scoring(suite: Suite) -> None:
    """Whatever its columns are called."""
    found = {f"{s}.{t}" for s, t, _ in await described.stored(suite) if SCORED.search(t)}
    assert found == set()


async def test_no_body_or_answer_about_a_person_has_a_score(suite: Suite) -> None:
    """In any service's document, at the level where the person is named."""
    found = {
        f"{name}.{field}"
        for name, schema in described.schemas(suite).items()
        if set(schema.get("properties", {})) & PERSON
        for field in schema["properties"]
        if SCORED.search(field)
    }
    assert found == set(CLOSED["scores_of_no_person"]["fields"])


async def test_the_person_s_own_record_holds_no_score(suite: Suite) -> None:
    """What is not there for the person to see is not there for others."""
    own = [one for one in described.operations(suite) if not one.others()]
    assert len(own) > 20
    for one in own:
        held = {field for field in one.answers if SCORED.search(field)}
        assert held <= set(CLOSED["scores_of_no_person"]["own"]), one.name


@pytest.mark.parametrize("service", SERVICES)
def test_no_event_is_named_after_a_score(service: str) -> None:
    """In any service."""
    types = importlib.import_module(f"services.{service}.event_types").EventType
    assert [str(each) for each in types if SCORED.search(str(each))] == []
