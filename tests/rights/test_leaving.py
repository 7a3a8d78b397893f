"""Leaving and declining take the key of what is left or declined, and nothing. POLICY.md 9.2."""

import re
from uuid import uuid4

import pytest

from tests.registry import people, scenes
from tests.registry.world import problem
from tests.rights import described
from tests.suite import Suite

NOES = {"leave_class": "enrolment_id", "refuse_invitation": "class_id"}
PATHS = {"leave_class": "/me/departures", "refuse_invitation": "/me/refusals"}
AT_ONCE = 15


async def test_no_other_operation_says_no(suite: Suite) -> None:
    """One operation to decline and one to leave, for the person alone: no approval, no undoing."""
    found = set()
    for one in described.operations(suite):
        if re.search(r"leave|depart|refus|declin|quit|drop_?out|expel|dismiss|unenrol", one.name):
            found.add(one.name)
            assert {str(role) for role in one.row.roles} == {"trainee"}
    assert found == set(NOES)


@pytest.mark.parametrize("operation", NOES)
async def test_a_no_has_one_field(suite: Suite, operation: str) -> None:
    """Closed, without parameters, and the answer tells no more than when."""
    [one] = [one for one in described.operations(suite) if one.name == operation]
    assert set(one.body["properties"]) == {NOES[operation]}
    assert one.body["additionalProperties"] is False
    assert one.query == []
    assert one.answers == {NOES[operation]} | ({"left_at"} if operation == "leave_class" else set())


@pytest.mark.parametrize("operation", NOES)
async def test_a_no_refuses_every_field_that_any_body_has(suite: Suite, operation: str) -> None:
    """Each by its name, so that nothing of it is kept."""
    _, room, someone = await scenes.scene(suite)
    key = room.id if operation == "refuse_invitation" else None
    key = key or await people.confirm(suite, someone, room.id)
    words = {name for one in described.operations(suite) for name in one.body.get("properties", {})}
    words = sorted((words | {"reason", "why", "comment", "at", "理由"}) - {NOES[operation]})
    assert len(words) > 100
    for n in range(0, len(words), AT_ONCE):
        some = words[n : n + AT_ONCE]
        body = {NOES[operation]: str(key)} | dict.fromkeys(some, "x")
        told = problem(await someone.client.post(PATHS[operation], json=body), 400, "malformed")
        named = {error["where"].rpartition("/")[2] for error in told["errors"]}
        assert named == set(some)
    assert await suite.sql("registry", "select 1 from declines") == []
    left = await suite.sql("registry", "select 1 from enrolments where left_at is not null")
    assert left == []


@pytest.mark.parametrize("operation", NOES)
async def test_a_no_in_the_address_is_refused(suite: Suite, operation: str) -> None:
    """Neither is there a parameter to say why in."""
    _, _, someone = await scenes.scene(suite)
    path = f"{PATHS[operation]}?reason=x"
    problem(await someone.client.post(path, json={NOES[operation]: str(uuid4())}), 400, "malformed")


async def test_leaving_stores_only_when(suite: Suite) -> None:
    """Of all columns of all databases one tells of leaving, and it is a time."""
    word = re.compile(r"(^|_)(left|leave|leaving|depart|dropout|quit)|declin|refus")
    found = {
        f"{service}.{table}.{column}"
        for service, table, column in await described.stored(suite)
        if word.search(f"{column}") or (word.search(table) and column != "at")
    }
    assert found == {
        "registry.enrolments.left_at",
        "registry.declines.class_id",
        "registry.declines.trainee_id",
    }
