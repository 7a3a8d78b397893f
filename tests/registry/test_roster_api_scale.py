"""Rosters through the API: what hostile files, many rows and many keys do not change."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import event

from tests.registry import roster_files, world
from tests.registry.rosters import books, hostile
from tests.registry.world import World
from tests.suite import Suite


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world.world(suite)


@contextmanager
def statements(suite: Suite) -> Iterator[list[str]]:
    """List the statements that the registry sends meanwhile; COPY goes past SQLAlchemy."""
    engine = suite.apps["registry"].state.service.database.engine.sync_engine
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_ten_rows_and_a_thousand_take_the_same_statements(suite: Suite, there: World) -> None:
    """What a roster costs the database does not grow with its rows, nor with its classes."""
    room = await there.file_class()
    codes = [room.code, *await roster_files.copies(suite, room, 19)]
    client = there.institution.client
    counted = []
    for classes, how_many, start in ((codes[:1], 10, 0), (codes, 1_000, 100)):
        body = roster_files.rows(classes, how_many, start=start)
        with statements(suite) as sent:
            answer = await roster_files.upload(client, roster_files.csv_bytes(body))
        assert world.ok(answer, 201)["rows_accepted"] == how_many
        counted.append(sent)
    assert counted[0] == counted[1]
    assert len(counted[0]) <= 16
    with statements(suite) as sent:
        again = await roster_files.upload(client, roster_files.csv_bytes(body))
    world.ok(again, 200)
    assert len(sent) <= 5


async def test_no_hostile_file_harms_the_service(there: World) -> None:
    """Each is refused with its reason or read; a good file is read afterwards as ever."""
    room = await there.file_class()
    client = there.institution.client
    for name, (make, expected) in hostile.FILES.items():
        answer = await roster_files.upload(client, make())
        if answer.status_code in {200, 201}:
            assert hostile.READ in expected, name
        elif answer.status_code != 413:
            told = world.problem(answer, 422, "roster_refused")
            assert told["reason"] in expected, name
    good = roster_files.csv_bytes(roster_files.rows([room.code], 1))
    assert world.ok(await roster_files.upload(client, good), 201)["rows_accepted"] == 1


async def test_a_workbook_is_read_and_its_result_opens(there: World) -> None:
    """Nothing that a stranger typed becomes a formula in the result."""
    room = await there.file_class()
    rows = [room.code, "=HYPERLINK(1)", roster_files.number(1), ""]
    answer = world.ok(
        await roster_files.upload(there.institution.client, roster_files.csv_bytes([rows])), 201
    )
    assert answer["rejected_by_code"] == {"name_characters": 1}
    path = f"/rosters/{answer['id']}/result"
    book = await there.institution.client.get(path)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    assert sheet.to_python()[1][2] == "=HYPERLINK(1)"
    plain = await there.institution.client.get(f"{path}?format=csv")
    assert "'=HYPERLINK(1)" in plain.text
    workbook = await roster_files.upload(there.institution.client, books.plain_book())
    assert world.ok(workbook, 201)["kind"] == "xlsx"
