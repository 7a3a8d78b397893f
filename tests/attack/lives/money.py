"""From the fund to the bank and back: receipts, claims, review, notice, batches, recovery."""

from datetime import date, timedelta

from services.claims.submissions.schemas import ALLOWANCE_STATEMENTS, SUBSIDY_STATEMENTS
from tests.attack.lives.scene import CITY, TAG, Json, Scene, json
from tests.claims.payments import world as paying
from tests.registry import asking
from tests.registry.world import GAOCHANG, SIGNER

UNCONFIRMED = "高人社发〔2020〕未定2号"
VERSION = "2019-09-17.1"


async def funds(scene: Scene) -> None:
    """Enter money, rates, holidays and a delegation."""
    for fund, purpose in (
        ("special", "training_subsidy"),
        ("employment", "living_allowance"),
        ("employment", "training_subsidy"),
    ):
        body = {
            "fund": fund,
            "authority": GAOCHANG,
            "year": 2020,
            "purpose": purpose,
            "fen": 10_000_000,
            "document_number": f"高财社〔2020〕{TAG}{fund}{purpose}",
        }
        made = json(await scene.finance().post("/funds/receipts", json=body))
    undo = {"reason": f"{TAG}金额录入有误"}
    path = f"/funds/receipts/{made['transfer_id']}/correction"
    json(await scene.finance().post(path, json=undo))
    account = f"/accounts/{made['account']['id']}/statement"
    for who in (scene.finance(), scene.officer("claims")):
        for read in ("/funds", "/accounts", "/trial-balance", account):
            json(await who.get(read))
    paper = {"authority": GAOCHANG, "from_date": "2020-01-01", "document_number": UNCONFIRMED}
    rate = paper | {"fen_per_day": 2_000}
    entered = json(await scene.officer("claims").post("/allowance-rates", json=rate))
    scene.secrets.add(UNCONFIRMED)
    json(await scene.officer("claims").get("/allowance-rates"))
    scene.secrets.discard(UNCONFIRMED)
    confirming = f"/allowance-rates/{entered['id']}/confirmation"
    json(await scene.officer("claims").post(confirming))
    json(await scene.officer("claims").get("/allowance-rates"))
    year: Json = {"year": 2020, "number": "新政办明电〔2020〕示例7号", "rests": [], "works": []}
    json(await scene.officer("claims", CITY).post("/holidays", json=year | {"authority": CITY}))
    days = {"step": "review", "from_date": "2020-03-03", "to_date": "2020-12-31"}
    lent = {"authority": GAOCHANG, "stand_in": "650422", "document_number": f"{TAG}8号"} | days
    made = json(await scene.officer("claims").post("/delegations", json=lent))
    json(await scene.officer("claims").get("/delegations"))
    ending = {"ended_from": "2020-12-01", "document_number": f"{TAG}7号"}
    path = f"/delegations/{made['id']}/ending"
    json(await scene.officer("claims").post(path, json=ending))
    for read in ("/delegations", "/holidays", "/provisions", "/provisions/training_subsidy"):
        json(await scene.officer("claims").get(read))


async def claims(scene: Scene) -> None:
    """Claim for the class and for a person; appeal what was refused."""
    own = scene.institution("claims")
    await scene.suite.settle()
    json(await own.post("/claims?dry_run=true", json=_claim(scene)))
    first = json(await own.post("/claims", json=_claim(scene)))
    json(await own.post(f"/claims/{first['id']}/withdrawal"))
    scene.made["claim"] = json(await own.post("/claims", json=_claim(scene)))["id"]
    me = scene.own("claims", scene.persons[0])
    body = {
        "class_id": str(scene.rooms["main"].id),
        "route": "commitment",
        "commitment": _promise("claim-living-allowance", ALLOWANCE_STATEMENTS),
    }
    scene.made["allowance"] = json(await me.post("/claims/living-allowance", json=body))["id"]
    for who in (own, me, scene.officer("claims"), scene.finance()):
        json(await who.get("/claims"))
    for who in (own, scene.officer("claims"), scene.finance()):
        json(await who.get(f"/claims/{scene.made['claim']}"))
        json(await who.get(f"/claims/{scene.made['claim']}/lines"))
    json(await me.get(f"/claims/{scene.made['allowance']}"))
    json(await me.get("/me/claim-lines"))
    await _appeal(scene)
    await _exception(scene)


async def _exception(scene: Scene) -> None:
    """Lift a cap for one line by two officers."""
    capped = scene.persons[1]
    lines = json(await scene.own("claims", capped).get("/me/claim-lines"))["items"]
    line = next(one for one in lines if one["state"] == "refused")
    body = {
        "line_id": line["id"],
        "slot_key": "2020:skill",
        "reason": f"{TAG}企业关停后整体转岗",
        "document_number": f"{TAG}6号",
    }
    first, second = scene.officer("claims"), scene.officer("claims")
    proposed = json(await first.post("/cap-exceptions", json=body))
    for who in (first, scene.own("claims", capped)):
        json(await who.get("/cap-exceptions"))
    path = f"/cap-exceptions/{proposed['id']}/confirmation"
    json(await second.post(path, json={"agreed": True}))


async def _appeal(scene: Scene) -> None:
    refused = scene.persons[2]
    me, words = scene.own("claims", refused), f"{TAG}我没有领取职工养老金"
    scene.secrets.add(words)
    lines = json(await me.get("/me/claim-lines"))["items"]
    # The first claim was taken back: nothing of it can be won.
    line = next(
        one for one in lines if one["state"] == "refused" and one["claim_id"] == scene.made["claim"]
    )
    made = json(await me.post("/me/appeals", json={"line_id": line["id"], "text": words}))
    json(await me.get("/me/appeals"))
    said = {"monthly_pension": "none", "public_payroll": "no", "poor_household": "yes"}
    json(await asking.state(refused, scene.rooms["main"].id, **said))
    office = scene.officer("claims")
    json(await office.get("/appeals"))
    json(await office.get(f"/appeals/{made['id']}"))
    answer = {"answer": "reopened", "text": f"{TAG}已重新核定"}
    json(await office.post(f"/appeals/{made['id']}/answer", json=answer))


async def review(scene: Scene) -> None:
    """Look, decide, publish, hear objections."""
    await scene.suite.settle()
    reads = ("/review-queue", "/overdue-steps", "/review-decisions")
    for claim in (scene.made["claim"], scene.made["allowance"]):
        office, path = scene.officer("claims"), f"/claims/{claim}"
        for read in (*reads, f"{path}/sample-draws"):
            json(await office.get(read))
        lines = json(await office.get(f"{path}/review-lines"))["items"]
        sampled = [one["line_id"] for one in lines if one["sampled"]]
        if sampled:
            look = {"line_ids": sampled, "finding": "in_order", "note": f"{TAG}已看"}
            json(await office.post("/review-looks", json=look))
        body = {"claim_id": claim, "decision": "reviewed", "reason": f"{TAG}已核对"}
        json(await scene.officer("claims").post("/review-decisions", json=body))
        json(await office.get(f"{path}/approval-sheet"))
    json(await scene.institution("claims").get("/review-decisions"))
    json(await scene.own("claims", scene.persons[0]).get("/review-decisions"))
    await _notice(scene)


async def _notice(scene: Scene) -> None:
    office, public = scene.officer("claims"), scene.institution("claims")
    notice = json(await office.post("/notices", json={"authority": GAOCHANG}))
    json(await public.get("/notices"))
    path = f"/notices/{notice['id']}"
    shown = json(await public.get(path))
    json(await public.get(f"{path}/lines"))
    words, contact = f"{TAG}该学员未参加培训", "0995-7654321"
    scene.secrets |= {words, contact}
    body = {"number": shown["lines"][0]["number"], "text": words, "contact": contact}
    objected = json(await public.post(f"{path}/objections", json=body))
    await scene.suite.settle()
    json(await public.get(f"{path}/objections/{objected['id']}"))
    json(await office.get("/objections"))
    own = f"/objections/{objected['id']}"
    json(await office.get(own))
    finding = {"finding": "dismissed", "reason": f"{TAG}情况不属实"}
    json(await office.post(f"{own}/finding", json=finding))
    json(await scene.officer("claims").post(f"{own}/confirmation", json={"agreed": True}))
    scene.suite.clock.at += timedelta(days=14)
    await scene.suite.settle()


async def payments(scene: Scene) -> None:
    """Send to the bank, hear back, take back."""
    await _batch(scene, "institution", "special")
    await _batch(scene, "person", "employment")
    json(await scene.institution("claims").get("/payment-statement"))
    json(await scene.own("claims", scene.persons[0]).get("/me/payments"))
    lines = await scene.suite.sql(
        "claims", "select id from claim_lines where state = 'paid' order by id"
    )
    body = {
        "document_number": f"高人社核〔2020〕{TAG}5号",
        "line_ids": [str(lines[0]["id"])],
        "reason": f"{TAG}事后核查发现培训未实际开展",
    }
    json(await scene.finance().post("/to-recover", json=body))
    json(await scene.finance().get("/to-recover"))
    body = {
        "document_number": f"高人社核〔2020〕{TAG}6号",
        "reason": f"{TAG}复查后确认培训已按规定开展",
    }
    path = f"/to-recover/{lines[0]['id']}/withdrawal"
    json(await scene.finance().post(path, json=body))


async def _batch(scene: Scene, kind: str, fund: str) -> None:
    officer = scene.finance()
    wanted = {"authority": GAOCHANG, "fund": fund, "payee_kind": kind}
    taken_back = json(await officer.post("/payment-batches", json=wanted))
    json(await officer.post(f"/payment-batches/{taken_back['id']}/cancellation"))
    path = f"/payment-batches/{json(await officer.post('/payment-batches', json=wanted))['id']}"
    json(await officer.post(f"{path}/issue"))
    answer = await officer.get(f"{path}/file")
    assert answer.is_success, answer.text
    rows = await paying.sheet(officer, path.rpartition("/")[2])
    said = [paying.said(row) for row in rows]
    said.append({"reference": f"{rows[0][0][:10]}-999999", "outcome": "paid", "fen": 100})
    json(await officer.post(f"{path}/returns", json=said))
    for below in ("", "/payments", "/unknown-rows"):
        json(await officer.get(path + below))
    json(await officer.get("/payment-batches"))
    if kind == "institution":
        [*_, payment] = json(await officer.get(f"{path}/payments"))["items"]
        body = {"reason": "account_closed", "document_number": f"{TAG}退汇单2020-17"}
        json(await officer.post(f"/payments/{payment['id']}/bounce", json=body))


def _promise(matter: str, statements: tuple[str, ...], **more: str) -> Json:
    said = {"version": VERSION, "language": "zh-Hans", "statements": list(statements)}
    return {"matter": matter} | said | more


def _claim(scene: Scene) -> Json:
    matter = "claim-training-subsidy"
    return {
        "matter": matter,
        "class_ids": [str(scene.rooms["main"].id)],
        "route": "commitment",
        "commitment": _promise(matter, SUBSIDY_STATEMENTS, signer=SIGNER),
    }


def after_certificates() -> date:
    """Return the day on which claims are filed."""
    return date(2020, 3, 26)
