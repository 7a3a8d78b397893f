"""Money's figures, read back through the public API by the auditor: lines, reasons, books."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from services.demo import client
from services.demo.world import World

REFUSED, UNDECIDED, APPROVABLE = "refused", "undecided", "approvable"
IN_REVIEW = "refused_in_review"


async def read(world: World) -> dict[str, Any]:
    """Gather the figures of a year's money; sums in fen."""
    auditor = world.officers["auditor"]
    claims = await world.api.all(auditor, "claims")
    lists = await client.together(
        *(world.api.all(auditor, f"claims/{one['id']}/lines") for one in claims)
    )
    lines = [line for many in lists for line in many]
    accounts = await world.api.all(auditor, "accounts")
    books = await _books(world, accounts)
    trial = await world.api.get(auditor, "trial-balance")
    batches = await world.api.all(auditor, "payment-batches")
    world.seen |= {"lines": lines, "accounts": accounts, "claims": claims, "trial": trial}
    world.seen["batches"] = batches
    kinds = {one["id"]: one["kind"] for one in world.seen["details"]}
    paid = [line for line in lines if line["state"] == "paid"]
    return {
        "claims": len(claims),
        "claims_by_route": _counted(one["route"] for one in claims),
        "lines": len(lines),
        "lines_by_decision": _counted(decision(line) for line in lines),
        "lines_by_state": _counted(line["state"] for line in lines),
        "refusals_by_reason": _reasons(lines, REFUSED),
        "needs_by_fact": _reasons(lines, UNDECIDED),
        "lines_waited": world.seen["waited"],
        "fen_received": sum(one["received_fen"] for one in accounts),
        **books,
        "fen_paid_by_fund": _sums((one["fund"], one["paid_fen"]) for one in accounts),
        "fen_paid_by_kind": _sums((kinds[line["class_id"]], line["amount_fen"]) for line in paid),
        "fen_paid_by_provision": _sums((line["provision"], line["amount_fen"]) for line in paid),
        "fen_paid_by_payee": _sums((line["payee"], line["amount_fen"]) for line in paid),
        "fen_paid_by_authority": _sums((one["authority"], one["paid_fen"]) for one in accounts),
        "trial_balance_fen": trial["difference_fen"],
        "payment_batches": len(batches),
        "notices": len(world.seen["notices"]),
    }


async def _books(world: World, accounts: list[Any]) -> dict[str, int]:
    """Add up the accounts' statements; what the bank gave back is taken off where it was booked."""
    codes: Counter[str] = Counter()
    for many in await client.together(*(_entries(world, one["id"]) for one in accounts)):
        for one in many:
            codes[one["code"]] += one["fen"]
    back = codes["bank_return"]
    return {
        "fen_reserved": codes["reservation"] - back,
        "fen_released": codes["release"],
        "fen_open": sum(one["reserved_fen"] for one in accounts),
        "fen_paid": codes["payment"] - back,
        "fen_came_back": back,
    }


async def _entries(world: World, account: str) -> list[Any]:
    found: list[Any] = await world.api.all(
        world.officers["auditor"], f"accounts/{account}/statement"
    )
    return found


def decision(line: Any) -> str:
    """Say what was decided of a line: what has an amount was approvable, whatever came after."""
    if line["state"] in {REFUSED, UNDECIDED}:
        return str(line["state"])
    return APPROVABLE if line["amount_fen"] else UNDECIDED


def _reasons(lines: Iterable[Any], state: str) -> dict[str, int]:
    """Count reasons; a line may have several, and one refused by a reviewer has no other."""
    found: Counter[str] = Counter()
    for line in lines:
        if line["state"] == state:
            codes = {reason["code"] for reason in line["reasons"]}
            found.update(codes or {IN_REVIEW})
    return dict(sorted(found.items()))


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for key, fen in pairs:
        found[key] += fen
    return {key: fen for key, fen in sorted(found.items()) if fen}
