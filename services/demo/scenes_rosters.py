"""Ten days before each wave: rosters as messy as real ones come in, and are put right."""

import json
from collections.abc import Sequence
from typing import Any

from services.demo import cast, messy
from services.demo.client import Account
from services.demo.crowd import Invitation
from services.demo.messy import Line, Style, Upload
from services.demo.people import Person
from services.demo.world import World

STYLES = list(Style)
CLEAN = messy.Mess(odd=0, wrong=0, repeated=0)


async def upload_wave(world: World, wave: str) -> None:
    """Let each organisation of a wave send its file, look at what was rejected, and mend it.

    One after another: whose file comes first decides which spelling of a name is known first.
    """
    organisations = dict.fromkeys(plan.organisation for plan in cast.of_wave(wave))
    for number, key in enumerate(organisations):
        many = [one for one in world.crowd.of(wave) if one.plan.organisation == key]
        if many:
            style = STYLES[(ord(wave) + 3 * number) % len(STYLES)]
            await _one_file(world, wave, key, many, style=style, first=number == 0)


async def _one_file(
    world: World, wave: str, key: str, many: Sequence[Invitation], *, style: Style, first: bool
) -> None:
    by = world.organisations[key]
    lines = [_line(world, one) for one in many]
    given = [*lines, *(_young(world, one, many) for one in _too_young(world, wave, first=first))]
    seed = cast.SEED + ord(wave)
    upload = messy.write(given, seed=seed, style=style)
    if first:
        await _dry_run(world, by, upload)
    roster = await send(world, by, upload)
    if first:
        await _twice(world, by, upload, roster)
    rows = (await world.api.get(by, f"rosters/{roster['id']}/result", format="json"))["rows"]
    known = {row["id_number"] for row in rows if row["accepted"]}
    again = [line for line in lines if line.id_number not in known]
    if again:
        fixed = messy.write(again, seed=seed, style=Style.JSON, mess=CLEAN)
        mended = await send(world, by, fixed)
        world.seen["mended"] = world.seen.get("mended", 0) + mended["rows_accepted"]
    if style is Style.XLSX_FORMAL:
        await _look_at_marks(world, by, roster)


def _too_young(world: World, wave: str, *, first: bool) -> list[Person]:
    return world.crowd.too_young[wave] if first else []


def _line(world: World, one: Invitation) -> Line:
    code = world.rooms[one.plan.key].code
    return Line(one.written, one.person.id_number, one.person.phone, code)


def _young(world: World, person: Person, many: Sequence[Invitation]) -> Line:
    code = world.rooms[many[0].plan.key].code
    return Line(person.name, person.id_number, person.phone, code)


async def send(world: World, by: Account, upload: Upload, **params: str) -> Any:
    """Send a file as it is; the whole of it is answered at once, row by row."""
    answer = await world.api.ask(
        by,
        "POST",
        "rosters",
        params={"filename": upload.name, **params},
        content=upload.data,
        media_type=upload.media_type,
    )
    if answer.status not in {200, 201}:
        raise RuntimeError(f"{by.name}: roster → {answer.status} {answer.body[:600]!r}")
    return answer.data | {"status": answer.status}


async def _dry_run(world: World, by: Account, upload: Upload) -> None:
    before = len(await world.api.all(by, "rosters"))
    tried = await send(world, by, upload, dry_run="true")
    after = len(await world.api.all(by, "rosters"))
    world.promise(
        "试传花名册不留下任何东西",
        before == after and tried["id"] is None and tried["rows_received"] > 0,
        f"{before} {after} {tried['id']}",
    )


async def _twice(world: World, by: Account, upload: Upload, first: Any) -> None:
    """Send the same file again, with another key: nothing changes, and the answer is the same."""
    second = await send(world, by, upload)
    same = {k: v for k, v in first.items() if k != "status"} == {
        k: v for k, v in second.items() if k != "status"
    }
    world.promise(
        "同一花名册再传一次，什么也不改变",
        same and (first["status"], second["status"]) == (201, 200),
        f"{first['status']} {second['status']} {same}",
    )


async def _look_at_marks(world: World, by: Account, roster: Any) -> None:
    """Download the template and the marked file, as an office worker would."""
    template = await world.api.raw(by, "roster-template", format="xlsx")
    marked = await world.api.raw(by, f"rosters/{roster['id']}/result", format="xlsx")
    both = template.body[:2] == marked.body[:2] == b"PK"
    world.promise("模板和逐行标注的结果文件可以下载", both)
    dropped = roster["dropped_columns"]
    world.promise(
        "民族等列未读即弃，并告知上传单位", "民族" in json.dumps(dropped, ensure_ascii=False)
    )
