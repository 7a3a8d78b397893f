"""What a life ended with, in figures that know neither ids nor times."""

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.journeys.stage import Caller

if TYPE_CHECKING:
    from tests.journeys.life import Life

Json = dict[str, Any]
# How a life ends without faults; one with faults must end with the same.
ENDING: Json = json.loads(Path(__file__).with_name("ending.json").read_text("utf-8"))
COUNTED = ("confirmed", "completed", "certified")


async def of(life: "Life") -> Json:
    """Read what the public door tells of a life's end to those who may know."""
    officer = life.officer()
    found = life.told | {
        "lines": await _lines(life, officer),
        "classes": {
            name: (await life.client(name).get(f"/classes/{one['id']}"))["counts"]
            for name, one in life.classes.items()
        },
        "books": await _books(life),
        "batches": await _batches(life),
        "statements": {name: await _statement(life.client(name)) for name in ("A", "B")},
        "people": await _people(life),
        "progress": await _progress(life),
    }
    plain: Json = json.loads(json.dumps(found))
    return plain


def differing(one: Json, other: Json) -> list[str]:
    """List what two ends do not have in common."""
    return [
        f"{name}: {one.get(name)} ≠ {other.get(name)}"
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def counted(cells: Iterable[object]) -> Json:
    """Count what is equal."""
    found = Counter(json.dumps(cell, ensure_ascii=False, sort_keys=True) for cell in cells)
    return dict(sorted(found.items()))


async def _lines(life: "Life", officer: Caller) -> Json:
    names = sorted(name for name in life.made if name.startswith("claim "))
    found = {}
    for name in names:
        key = life.made[name]
        lines = (await officer.get(f"/claims/{key}/lines"))["items"]
        state = (await officer.get(f"/claims/{key}"))["state"]
        cells = [
            [
                *(line[word] for word in ("provision", "state", "amount_fen", "fund", "payee")),
                sorted(reason["code"] for reason in line["reasons"]),
            ]
            for line in lines
        ]
        found[name] = {"state": state, "lines": counted(cells)}
    return found


async def _books(life: "Life") -> Json:
    trial = await life.finance().get("/trial-balance")
    names = ("debits_fen", "credits_fen", "held_fen")
    funds = (await life.client("A").get("/funds"))["funds"]
    used = ("received_fen", "reserved_fen", "paid_fen")
    return {
        "difference": trial["difference_fen"],
        "by_fund": trial["difference_by_fund"],
        "accounts": {
            f"{one['fund']}/{one['purpose']}/{one['name']}": [one[name] for name in names]
            for one in sorted(trial["lines"], key=lambda one: str(one["fund"]) + str(one["name"]))
        },
        "funds": {one["id"]: [one[name] for name in used] for one in funds if one["received_fen"]},
    }


async def _batches(life: "Life") -> Json:
    officer = life.finance()
    found = []
    for one in (await officer.get("/payment-batches"))["items"]:
        seen = await officer.get(f"/payment-batches/{one['id']}")
        words = ("fund", "payee_kind", "state", "lines", "fen", "file_lines", "file_fen")
        sums = sorted((o["outcome"], o["lines"], o["fen"]) for o in seen["outcomes"])
        held = await officer.get(f"/payment-batches/{one['id']}/unknown-rows")
        why = sorted(row["why"] for row in held["rows"])
        found.append([*(seen[word] for word in words), sums, seen["dropped"], why])
    return counted(found)


async def _statement(client: Caller) -> Json:
    seen = await client.get("/payment-statement")
    return {name: seen[name] for name in ("paid_fen", "at_bank_fen", "came_back_fen")}


async def _people(life: "Life") -> Json:
    found = {}
    for one in life.people:
        lines = (await one.caller.get("/me/claim-lines"))["items"]
        paid = (await one.caller.get("/me/payments"))["payments"]
        found[one.name] = {
            "lines": counted(
                [line["provision"], line["state"], line["amount_fen"]] for line in lines
            ),
            "payments": counted([p["state"], p["fen"], p["needs_account"]] for p in paid),
            "certificates": len((await one.caller.get("/me/certificates"))["items"]),
        }
    return found


async def _progress(life: "Life") -> Json:
    # The gateway has read the registry's events when the clock has been set once more.
    await life.stage.at(life.end)
    city = life.officer("650400", "650402", "650421", "650422", "6504L1")
    targets = (await city.get("/progress"))["targets"]
    target = next(one for one in targets if one["id"] == "m06")
    return {name: target[name] for name in ("started", "completed", "certified")}
