"""The second half of a life: claim, decision, review, public notice, batch, bank, books."""

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from services.claims.submissions.schemas import ALLOWANCE_STATEMENTS, SUBSIDY_STATEMENTS
from tests.journeys.stage import Caller
from tests.registry import world as worlds

if TYPE_CHECKING:
    from tests.journeys.life import Life

VERSION = "2019-09-17.1"
CARD, PASSBOOK = "6217000012345678907", "100200300400500"
BATCHES = (("special", "institution"), ("employment", "person"))
Json = dict[str, Any]


async def claim(life: "Life") -> None:
    """Claim for A by commitment, for B by documents after a withdrawal; a person for the self."""
    school_a, school_b = life.client("A"), life.client("B")
    promised = promise("claim-training-subsidy", SUBSIDY_STATEMENTS, signer=worlds.SIGNER)
    body = {"matter": "claim-training-subsidy", "class_ids": [life.classes["A"]["id"]]}
    tried = await school_a.post("/claims?dry_run=true", body | promised)
    life.told["dry run"] = {k: tried[k] for k in ("lines", "by_outcome", "teaching")}
    filed = {"A": await school_a.post("/claims", body | promised)}
    body["class_ids"] = [life.classes["B"]["id"]]
    paper = {"title": "培训台账", "number": "示例2020-1", "sha256": "ab" * 32}
    papers = {"route": "documents", "documents": [paper]}
    early = await school_b.post("/claims", body | papers)
    await school_b.post(f"/claims/{early['id']}/withdrawal")
    filed["B"] = await school_b.post("/claims", body | papers)
    for n in (1, 3):
        me = life.people[n]
        account = {"bank": "示例银行高昌支行", "account_number": CARD, "holder": me.name}
        if n == 1:
            await me.caller.post("/me/bank-account", account)
        own = promise("claim-living-allowance", ALLOWANCE_STATEMENTS, language="ug")
        own["class_id"] = life.classes["A"]["id"]
        filed[f"person {n}"] = await me.caller.post("/claims/living-allowance", own)
    for name, one in (*filed.items(), ("B early", early)):
        life.told[f"claim {name}"] = {"lines": one["lines"], "fen": one["amount_fen"]}
        life.made[f"claim {name}"] = one["id"]
    refused = (await life.people[2].caller.get("/me/claim-lines"))["items"]
    words = {"line_id": refused[0]["id"], "text": "我认为应当给予补贴，请复核。"}
    appeal = await life.people[2].caller.post("/me/appeals", words)
    answer = {"answer": "dismissed", "text": "经核对，您已享受职工养老待遇。"}
    await life.officer().post(f"/appeals/{appeal['id']}/answer", answer)


def promise(matter: str, statements: Sequence[str], **more: str) -> Json:
    """Fill in a commitment to a matter."""
    said = {"matter": matter, "version": VERSION, "language": "zh-Hans"} | more
    return {"route": "commitment", "commitment": said | {"statements": list(statements)}}


async def review(life: "Life") -> None:
    """Look at what was drawn and pass every claim with lines to pass; another officer each."""
    await life.at(date(2020, 3, 18))
    queue = (await life.officer().get("/review-queue"))["items"]
    life.told["queue"] = sorted((one["lines"], one["fen"]) for one in queue)
    for one in queue:
        looker, reviewer = life.officer(), life.officer()
        lines = (await looker.get(f"/claims/{one['claim_id']}/review-lines"))["items"]
        drawn = [line["line_id"] for line in lines if line["sampled"]]
        if drawn:
            await looker.post("/review-looks", {"line_ids": drawn, "finding": "in_order"})
        body = {"claim_id": one["claim_id"], "decision": "reviewed"}
        await reviewer.post("/review-decisions", body)


async def publish(life: "Life") -> None:
    """Publish for five working days; one objection is found wrong by two officers."""
    made = await life.officer().post("/notices", {"authority": "650402"})
    notice = await life.client("A").get(f"/notices/{made['id']}")
    life.told["notice"] = {
        "days": (notice["starts_on"], notice["ends_on"]),
        "lines": sorted((one["name"], one["amount_fen"]) for one in notice["lines"]),
        "counts": [(one["people"], one["amount_fen"]) for one in notice["counts"]],
    }
    objected = {"number": 1, "text": "该学员班期内一直在外地，未参加培训。"}
    path = f"/notices/{made['id']}/objections"
    objection = await life.client("B").post(path, objected)
    await life.at(date(2020, 3, 19))
    found = {"finding": "dismissed", "reason": "经查阅签到表和考核记录，情况不属实。"}
    path = f"/objections/{objection['id']}"
    await life.officer().post(f"{path}/finding", found)
    await life.officer().post(f"{path}/confirmation", {"agreed": True})
    await life.at(date.fromisoformat(notice["ends_on"]) + timedelta(days=1))


async def pay(life: "Life") -> None:
    """Pay, take in returns, correct accounts, pay again; one payment comes back later."""
    batches = {kind: await _batch(life, fund, kind) for fund, kind in BATCHES}
    of = batches["institution"]
    rows = await _sheet(life, of)
    own = [row for row in rows if row[1].endswith("A")]
    told = [_said(row) for row in own] + [
        _said(row, "rejected", reason="账户已销户") for row in rows if row not in own
    ]
    await _returned(life, of, told[:1])
    await _returned(life, of, told)
    await _returned(life, of, told)
    await _returned(life, of, told[::-1])
    strange = {"reference": "ZZZZZZZZZZ-000001", "outcome": "paid", "fen": 1}
    await _returned(life, of, [strange, told[0]])
    person = batches["person"]
    rows = await _sheet(life, person)
    await _returned(life, person, [_said(row, "rejected", reason="户名不符") for row in rows])
    await _correct_accounts(life)
    await _bounce(life, of)
    for fund, kind in BATCHES:
        again = await _batch(life, fund, kind, reissue_of=batches[kind]["id"])
        await _returned(life, again, [_said(row) for row in await _sheet(life, again)])


async def _batch(life: "Life", fund: str, kind: str, **more: str) -> Json:
    officer = life.finance()
    body = {"authority": "650402", "fund": fund, "payee_kind": kind} | more
    made = await officer.post("/payment-batches", body)
    issued: Json = await officer.post(f"/payment-batches/{made['id']}/issue")
    return issued


async def _sheet(life: "Life", batch: Json) -> list[list[str]]:
    text = await life.finance().text(f"/payment-batches/{batch['id']}/file")
    return list(csv.reader(io.StringIO(text)))[1:]


def _said(row: Sequence[str], outcome: str = "paid", **more: str) -> Json:
    fen = int(row[4].replace(".", ""))
    return {"reference": row[0], "outcome": outcome, "fen": fen} | more


async def _returned(life: "Life", batch: Json, rows: Sequence[Json]) -> None:
    answer = await life.finance().post(f"/payment-batches/{batch['id']}/returns", list(rows))
    figures = ("rows", "paid", "rejected", "duplicates", "unknown", "paid_fen", "rejected_fen")
    life.told.setdefault("returns", []).append([answer[name] for name in figures])


async def _correct_accounts(life: "Life") -> None:
    number = f"6500999912{life.suffix:02d}"
    body = {"bank": "示例银行", "account_number": number, "holder": life.name_of("B")}
    path = f"/organisations/{life.made['B']}/accounts"
    entered = await life.client("B").post(path, body)
    path = f"/organisation-accounts/{entered['id']}/confirmation"
    await life.officer().post(path, {"account_number": number})
    me = life.people[1]
    body = {"bank": "示例银行高昌支行", "account_number": PASSBOOK, "holder": me.name}
    await me.caller.post("/me/bank-account", body)


async def _bounce(life: "Life", batch: Json) -> None:
    officer: Caller = life.finance()
    payments = (await officer.get(f"/payment-batches/{batch['id']}/payments"))["items"]
    paid = [one["id"] for one in payments if one["outcome"] == "paid"]
    slip = {"reason": "bank_fault", "document_number": "示例退汇单2020-17"}
    await officer.post(f"/payments/{paid[0]}/bounce", slip)
