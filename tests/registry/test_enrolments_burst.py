"""Many confirmations from one place: the class is held for a look, every yes stands."""

from datetime import timedelta

import pytest

from tests.registry import people
from tests.registry.world import ok, problem, world
from tests.suite import Suite


async def test_many_people_on_one_device_hold_the_class_and_every_yes_stands(
    suite: Suite,
) -> None:
    """The sixth person within the hour holds the class; nobody's confirmation is lost."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    everyone = await people.people(suite, 7)
    for someone in everyone[:6]:
        await people.confirm(suite, someone, room.id, device="one-phone-for-all")
    seventh = await everyone[6].client.post("/me/confirmations", json=people.yes(suite, room.id))
    problem(seventh, 409, "class_held")
    (row,) = await suite.sql("registry", "select count(*) from enrolments where left_at is null")
    assert row["count"] == 6
    (event,) = await suite.sql(
        "registry", "select subject, by_subject, data from events where type = 'class.held'"
    )
    assert tuple(event) == (f"class:{room.id}", "service:registry", "{}")
    ok(await here.officer.post(f"/classes/{room.id}/release", json={"reason": "已逐人电话核实"}))
    await people.confirm(suite, everyone[6], room.id, device="one-phone-for-all")


@pytest.mark.parametrize("device", ["none", "another each time"])
async def test_leaving_the_device_out_or_making_it_up_hides_no_burst(
    suite: Suite, device: str
) -> None:
    """The gateway's own index of address and browser counts as well, and is kept as an index."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    for n, someone in enumerate(await people.people(suite, 6)):
        more = {} if device == "none" else {"device": f"made-up-{n}"}
        body = people.yes(suite, room.id, **more)
        headers = {"X-Zhipei-Device": "ab" * 16}
        ok(await someone.client.post("/me/confirmations", json=body, headers=headers), 201)
    (row,) = await suite.sql("registry", "select held_since from training_classes")
    assert row["held_since"] == suite.clock.now()
    kept = await suite.sql("registry", "select network_index from confirmations")
    assert {len(row["network_index"]) for row in kept} == {16}
    assert all(row["network_index"].hex() != "ab" * 16 for row in kept)


async def test_a_family_that_shares_a_phone_holds_nothing(suite: Suite) -> None:
    """Five people in an hour, and more over a longer time, are no burst."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    for n, someone in enumerate(await people.people(suite, 8)):
        if n == 5:
            suite.clock.at += timedelta(minutes=61)
        await people.confirm(suite, someone, room.id, device="the-family-phone")
    (row,) = await suite.sql("registry", "select held_since from training_classes")
    assert row["held_since"] is None
