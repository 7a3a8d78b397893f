"""Results of rosters: each row marked, for its organisation only, and erased in time."""

import io

import pytest
from python_calamine import CalamineWorkbook

from tests.registry import people, roster_files, world
from tests.registry.world import World
from tests.suite import Suite


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world.world(suite)


async def test_the_result_file_marks_each_row(suite: Suite, there: World) -> None:
    """Rows come back in the order of the file, with what is wrong and what to do."""
    room = await there.file_class()
    body = [
        roster_files.row(room.code, 1, phone="13800138000"),
        (room.code, "李示二", "65040219900101001", ""),
        roster_files.row("NO-SUCH", 3),
    ]
    data = roster_files.csv_bytes(body)
    answer = world.ok(await roster_files.upload(there.institution.client, data), 201)
    path = f"/rosters/{answer['id']}/result"
    book = await there.institution.client.get(path)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    lines = sheet.to_python()[1:]
    assert [line[0] for line in lines] == [2, 3, 4]
    assert [line[5] for line in lines] == ["已接收", "未接收", "未接收"]
    assert [line[7] for line in lines] == ["", "id_length", "class_unknown"]
    plain = await there.institution.client.get(f"{path}?format=csv")
    assert "13800138000" in plain.text
    told = world.ok(await there.institution.client.get(f"{path}?format=json"))
    assert [(one["row"], one["accepted"]) for one in told["rows"]] == [
        (2, True),
        (3, False),
        (4, False),
    ]
    assert told["rows"][1]["faults"][0]["code"] == "id_length"
    assert book.headers["cache-control"] == "no-store"
    # Nobody else sees it, and nothing tells that it is there.
    other = await there.other.client.get(path)
    world.problem(other, 404, "not_found")
    world.problem(await there.officer.get(path), 403, "forbidden")


async def test_rows_are_erased_when_their_class_starts(suite: Suite, there: World) -> None:
    """Then the result file is gone, and so are the faults of the answer."""
    room = await there.file_class()
    data = roster_files.csv_bytes([*roster_files.rows([room.code], 2), (room.code, "李", "1", "")])
    client = there.institution.client
    answer = world.ok(await roster_files.upload(client, data), 201)
    there.at(world.FIRST_DAY, 10, 1)
    await suite.settle()
    assert (await suite.sql("registry", "select count(*) as n from roster_results"))[0]["n"] == 0
    world.problem(await client.get(f"/rosters/{answer['id']}/result"), 410, "result_erased")
    kept = world.ok(await client.get(f"/rosters/{answer['id']}"))
    assert (kept["faults"], kept["rows_rejected"]) == ([], 1)
    again = world.ok(await roster_files.upload(client, data), 200)
    assert again == kept


async def test_rows_without_a_class_are_erased_after_thirty_days(
    suite: Suite, there: World
) -> None:
    """Nothing of a person stays because a code was mistyped."""
    data = roster_files.csv_bytes([roster_files.row("NO-SUCH", 1)])
    client = there.institution.client
    answer = world.ok(await roster_files.upload(client, data), 201)
    there.at(world.FIRST_DAY, 12)
    await suite.settle()
    world.ok(await client.get(f"/rosters/{answer['id']}/result?format=json"))
    there.at(world.local(world.FIRST_DAY, 12).date().replace(month=4), 12)
    await suite.settle()
    world.problem(await client.get(f"/rosters/{answer['id']}/result"), 410, "result_erased")


async def test_the_template_is_there_for_everybody(suite: Suite, there: World) -> None:
    """It opens, and its header is one that an upload reads."""
    book = await there.institution.client.get("/roster-template")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    assert sheet.to_python()[0][1:4] == ["班级编号", "姓名", "身份证号"]
    plain = await there.institution.client.get("/roster-template?format=csv")
    assert plain.text.startswith("\ufeff序号,班级编号")
    world.problem(
        await there.institution.client.get("/roster-template?format=pdf"), 400, "malformed"
    )


async def test_an_invited_person_finds_the_invitation(suite: Suite, there: World) -> None:
    """Whoever is bound at a counter afterwards, with the number of the row, is the one invited."""
    room = await there.file_class()
    row = roster_files.row(room.code, 5, name="阿依古丽·买买提")
    data = roster_files.csv_bytes([row])
    world.ok(await roster_files.upload(there.institution.client, data), 201)
    someone = await people.person(suite, "阿依古丽·买买提", number=row[2])
    found = world.ok(await someone.client.get("/me/invitations"))["items"]
    assert [one["class_id"] for one in found] == [str(room.id)]
    notices = world.ok(await someone.client.get("/me/inbox"))["items"]
    assert "invitation" in {one["kind"] for one in notices}
