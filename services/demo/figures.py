"""Every figure, read back through the public API: nothing here asks the generator."""

import base64
import json
from collections import Counter
from typing import Any

from services.demo import cast, client, figures_money
from services.demo.client import PUBLIC, Account
from services.demo.world import World

FIGURES = ("started", "completed", "certified", "paid")


async def read(world: World) -> dict[str, Any]:
    """Gather the figures of the year."""
    auditor = world.officers["auditor"]
    classes = await world.api.all(auditor, "classes")
    details = await client.together(
        *(world.api.get(auditor, f"classes/{one['id']}") for one in classes)
    )
    progress = await world.api.get(auditor, "progress")
    public = await world.api.get(PUBLIC, "progress")
    withdrawals = (await world.api.get(PUBLIC, "progress/withdrawals"))["items"]
    rosters = await _rosters(world)
    eve = [world.rooms[key] for key in sorted(world.rooms)]
    world.seen |= {"details": details, "progress": progress, "public": public}
    money = await figures_money.read(world)
    return {
        "persons": len({_subject(guest.account) for guest in world.guests.values()}),
        **rosters,
        "enrolments_confirmed": sum(room.confirmed for room in eve),
        "enrolments_not_confirmed": sum(room.not_confirmed for room in eve),
        "withdrawals": sum(one["count"] or 0 for one in withdrawals),
        "withdrawals_suppressed": sum(one["count"] is None for one in withdrawals),
        "classes": len(classes),
        "classes_by_state": _counted(one["state"] for one in classes),
        "classes_by_authority": _counted(one["authority"] for one in classes),
        "classes_by_route": _counted(one["route"] for one in classes),
        "sessions_held": sum(
            session["state"] == "held" for one in details for session in one["sessions"]
        ),
        "certificates": sum(one["counts"]["certified"] for one in details),
        "targets": _targets(progress),
        "authorities": {
            one["code"]: {name: one[name] for name in FIGURES} for one in progress["authorities"]
        },
        "total": {name: progress["total"][name] for name in ("goal", *FIGURES)},
        **await _directories(world),
        **money,
    }


async def _rosters(world: World) -> dict[str, Any]:
    """Add up what each organisation's own list of rosters says."""
    teachers = [
        world.organisations[one.key] for one in cast.ORGANISATIONS if one.role != "assessor"
    ]
    lists = await client.together(*(world.api.all(by, "rosters") for by in teachers))
    rosters = [one for many in lists for one in many]
    codes: Counter[str] = Counter()
    for one in rosters:
        codes.update(one["rejected_by_code"])
    return {
        "rosters": len(rosters),
        "rows_received": sum(one["rows_received"] for one in rosters),
        "rows_accepted": sum(one["rows_accepted"] for one in rosters),
        "rows_rejected": sum(one["rows_rejected"] for one in rosters),
        "rows_rejected_by_code": dict(sorted(codes.items())),
    }


def _targets(progress: Any) -> dict[str, Any]:
    return {
        one["id"]: {name: one[name] for name in ("goal", *FIGURES)} for one in progress["targets"]
    }


async def _directories(world: World) -> dict[str, Any]:
    """Read the published directories: their numbers, and offerings that no authority rates."""
    found = {
        name: await world.api.get(PUBLIC, f"directories/{name}")
        for name in ("institutions", "assessors", "offerings")
    }
    rates = [one["rates"] for one in found["offerings"]["entries"]]
    return {
        "editions": {name: shown["number"] for name, shown in found.items()},
        "listed": {name: len(shown["entries"]) for name, shown in found.items()},
        "offerings_without_rate": sum(
            all(one["state"] == "unset" for one in each) for each in rates
        ),
    }


def _subject(account: Account) -> str:
    """Read whose token it is: the door names the person by an opaque id."""
    payload = account.token.split(".")[1]
    padded = payload + "=" * (-len(payload) % 4)
    return str(json.loads(base64.urlsafe_b64decode(padded))["sub"])


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
