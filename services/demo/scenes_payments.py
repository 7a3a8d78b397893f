"""Payment: batches, the bank's file, its returns in every shape, and what came back."""

from dataclasses import dataclass
from typing import Any

from services.demo import bank, budget, cast, client, scenes_money, scenes_registers
from services.demo.bank import Slip
from services.demo.budget import EMPLOYMENT, SPECIAL
from services.demo.client import Account
from services.demo.world import World

INSTITUTION, EMPLOYER, PERSON = "institution", "employer", "person"
PAID_TO = (
    *((code, SPECIAL, INSTITUTION) for code in cast.AUTHORITIES),
    ("650421", SPECIAL, EMPLOYER),
    ("650402", EMPLOYMENT, INSTITUTION),
    *((code, EMPLOYMENT, PERSON) for code in budget.DAY_RATES_YUAN),
)
IN_PIECES = ("650402", SPECIAL, INSTITUTION)
WITH_STRAY = ("650421", SPECIAL, INSTITUTION)
REJECTED = ("650422", SPECIAL, INSTITUTION)
BOUNCING = (cast.MUNICIPAL, EMPLOYMENT, PERSON)
CSV, XLSX, JSON = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/json",
)
NOTHING = "nothing_payable"

Whom = tuple[str, str, str]


@dataclass(slots=True)
class Sent:
    """A batch whose file is with the bank."""

    whom: Whom
    batch: Any
    slips: list[Slip]


async def release(world: World) -> None:
    """Let finance of every authority let out what is payable; each by fund and kind of payee."""
    office = world.office("650402")
    body = _draft(("650402", SPECIAL, INSTITUTION))
    tried = await world.api.ask(office, "POST", "payment-batches", body=body)
    world.expect("审核的人不能拨付", tried.status, 403)
    made = await client.together(*(_release(world, whom) for whom in PAID_TO))
    world.seen["sent"] = [one for one in made if one is not None]


def _draft(whom: Whom, **more: str) -> dict[str, str]:
    authority, fund, kind = whom
    return {"authority": authority, "fund": fund, "payee_kind": kind, **more}


async def _release(world: World, whom: Whom, **more: str) -> Sent | None:
    by = world.finance(whom[0])
    draft = _draft(whom, **more)
    answer = await world.api.ask(by, "POST", "payment-batches", body=draft)
    if answer.code == NOTHING:
        return None
    batch = world.api.good(answer, by, "POST", "payment-batches").data
    path = f"payment-batches/{batch['id']}"
    issued = await world.api.post(by, f"{path}/issue")
    if not issued["file_lines"]:
        return None
    form = "xlsx" if whom == IN_PIECES else "csv"
    data = (await world.api.raw(by, f"{path}/file", format=form)).body
    orders = bank.read(data)
    total = sum(one.fen for one in orders)
    world.promise(
        "银行文件逐笔相加等于批次控制总数",
        (len(orders), total) == (issued["file_lines"], issued["file_fen"]),
        f"{len(orders)} {total} {issued['file_lines']} {issued['file_fen']}",
    )
    if whom == WITH_STRAY:
        await _once(world, by, path, data)
    world.seen.setdefault("dropped", []).append(issued["dropped"])
    return Sent(whom, issued, bank.work(orders))


async def _once(world: World, by: Account, path: str, data: bytes) -> None:
    """Ask for the file a second time: it is made once, and the same bytes come again."""
    again = await world.api.ask(by, "POST", f"{path}/issue")
    same = (await world.api.raw(by, f"{path}/file", format="csv")).body == data
    world.promise(
        "银行文件只制作一次，再下载逐字节相同", again.status == 409 and same, again.status
    )


async def hear(world: World, *, half: bool = False) -> None:
    """Import what the bank answers; one answer comes in pieces, one twice, one with a stray row."""
    sent: list[Sent] = world.seen["sent"]
    await client.together(*(_hear(world, one, half=half) for one in sent))
    for one in sent:  # when all books are quiet
        if one.whom == WITH_STRAY:
            await _twice(world, one)


async def _hear(world: World, one: Sent, *, half: bool) -> None:
    by = world.finance(one.whom[0])
    path = f"payment-batches/{one.batch['id']}/returns"
    if one.whom[0] == budget.HALF_ANSWERED and half:
        piece = one.slips[: len(one.slips) // 2]
        await _import(world, by, path, bank.as_csv(piece), CSV)
    elif one.whom == IN_PIECES:
        await _in_pieces(world, by, path, one.slips)
    elif one.whom == WITH_STRAY:
        await _with_stray(world, by, one)
    else:
        await _import(world, by, path, bank.as_csv(one.slips), CSV)


async def _import(world: World, by: Account, path: str, data: bytes, kind: str) -> Any:
    answer = await world.api.ask(by, "POST", path, content=data, media_type=kind)
    return world.api.good(answer, by, "POST", path).data


async def _in_pieces(world: World, by: Account, path: str, slips: list[Slip]) -> None:
    """Import half of an answer, then the whole in another form: nothing is booked twice."""
    half = len(slips) // 2
    first = await _import(world, by, path, bank.as_csv(slips[:half]), CSV)
    rest = await _import(world, by, path, bank.as_json(slips), JSON)
    world.expect(
        "回盘分次到达、前后重叠，每笔只记一次账",
        (first["paid"], rest["paid"], rest["duplicates"]),
        (half, len(slips) - half, half),
    )


async def _with_stray(world: World, by: Account, one: Sent) -> None:
    """Import an answer with a row of nobody's: it is kept for people to look at."""
    path = f"payment-batches/{one.batch['id']}"
    data = bank.as_xlsx([*one.slips, bank.stray()])
    world.seen["return"] = data, await _import(world, by, f"{path}/returns", data, XLSX)
    rows = (await world.api.get(by, f"{path}/unknown-rows"))["rows"]
    world.expect(
        "回盘中认不出的行留给人核对，不记账",
        (world.seen["return"][1]["unknown"], [row["why"] for row in rows]),
        (1, ["reference_unknown"]),
    )


async def _twice(world: World, one: Sent) -> None:
    """Import the same file again: the same answer, and not a fen moves."""
    by, path = world.finance(one.whom[0]), f"payment-batches/{one.batch['id']}/returns"
    data, first = world.seen["return"]
    before = await world.api.get(by, "trial-balance")
    second = await world.api.ask(by, "POST", path, content=data, media_type=XLSX)
    after = await world.api.get(by, "trial-balance")
    world.promise(
        "同一回盘再导入一次，什么也不改变",
        second.status == 200 and first == second.data and before == after,
        f"{second.status} {before == after}",
    )


async def correct_and_reissue(world: World) -> None:
    """Let the owners of rejected accounts correct them, and send what came back once more."""
    sent: list[Sent] = world.seen["sent"]
    rejected = [one for one in sent if not all(slip.paid for slip in one.slips)]
    world.expect(
        "银行退回的批次", {one.whom for one in rejected}, {REJECTED, ("650402", EMPLOYMENT, PERSON)}
    )
    await _told(world)
    await scenes_money.organisation_account(world, "toksun", good=True)
    again = await client.together(
        *(_release(world, one.whom, reissue_of=one.batch["id"]) for one in rejected)
    )
    world.seen["sent"] = [one for one in again if one is not None]
    world.promise(
        "账户更正后只重发退回的那几笔",
        [len(one.slips) for one in world.seen["sent"]]
        == [sum(not slip.paid for slip in one.slips) for one in rejected]
        and all(slip.paid for one in world.seen["sent"] for slip in one.slips),
    )
    twice = [
        await world.api.ask(
            world.finance(one.whom[0]),
            "POST",
            "payment-batches",
            body=_draft(one.whom, reissue_of=one.batch["id"]),
        )
        for one in rejected
    ]
    world.expect("退回的款项只重发一次", {answer.code for answer in twice}, {NOTHING})


async def _told(world: World) -> None:
    """See that the person was told what to do, and let them enter another account."""
    one = next(one for one in world.marks.claimants if one.account.endswith(bank.CLOSED))
    who = scenes_registers.guest(world, one.invitation)
    paid = (await world.api.get(who.account, "me/payments"))["payments"]
    world.promise(
        "账户被银行退回，本人看得到原因和办法",
        any(each["needs_account"] and "销户" in (each["text"] or "") for each in paid),
        paid[:2],
    )
    await scenes_registers.enter_account(world, who, budget.number(who.person))


async def bounce(world: World) -> None:
    """Enter a payment that the bank gave back days later, and send it again to a new account."""
    by = world.finance(BOUNCING[0])
    batches = await world.api.all(by, "payment-batches")
    batch = next(one for one in batches if one["fund"] == EMPLOYMENT)
    payments = await world.api.all(by, f"payment-batches/{batch['id']}/payments")
    one = next(one for one in world.marks.claimants if one.invitation.plan.authority == BOUNCING[0])
    who = scenes_registers.guest(world, one.invitation)
    own = await world.api.all(who.account, "me/claim-lines")
    mine = {line["id"] for line in own}
    payment = next(each for each in payments if each["line_id"] in mine)
    body = {"reason": "account_closed", "document_number": "示例退汇单2020-17"}
    back = await world.api.post(by, f"payments/{payment['id']}/bounce", body)
    world.expect("银行退汇凭单冲回，款项重新预留", back["outcome"], "bounced")
    await scenes_registers.enter_account(world, who, budget.number(who.person)[:-4] + "7777")
    again = await _release(world, BOUNCING, reissue_of=batch["id"])
    assert again is not None
    world.seen["sent"] = [again]


async def statement(world: World) -> None:
    """Let an institution read what it was paid, by class and without a word about anybody."""
    key = world.rooms[budget.TRIED].plan.organisation
    shown = await world.api.get(world.organisations[key], "payment-statement")
    world.promise(
        "机构的对账单按班合计",
        shown["paid_fen"] > 0 and all("class_id" in row for row in shown["rows"]),
        shown["paid_fen"],
    )
