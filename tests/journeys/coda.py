"""After the bank: what goes wrong in offices and is put right, on the data of a life.

It reaches operations that the main job does not need; each is asked for once, in order.
"""

from datetime import date, timedelta
from typing import Any

from shared.principal import Principal, Role
from tests.journeys.life import AUTHORITY, CITY, PAPER, Life
from tests.journeys.stage import Caller
from tests.registry import world as worlds

AFTER = date(2020, 4, 6)  # the Monday after a life
NOTE = {"reason": "事后核查发现培训未实际开展", "document_number": "高人社核〔2020〕示例5号"}
Json = dict[str, Any]


async def play(life: Life) -> None:
    """Play every part."""
    await life.at(AFTER - timedelta(days=3))
    await _timetable(life)
    await _people(life)
    await _money(life)
    await _accounts(life)
    await _ends(life)


async def _timetable(life: Life) -> None:
    """File a class by documents, change its timetable and its target, take it back."""
    client, office = life.client("A"), life.officer()
    body = {
        "basis": "commission",
        "route": "documents",
        "authority": AUTHORITY,
        "commission_id": life.made["commission A"],
        "target": "m06",
        "offering_id": life.made["offering"],
        "name": "2020示例面点师五级3等级证",
        "place": "高昌区示例路9号",
        "starts_on": AFTER.isoformat(),
        "ends_on": (AFTER + timedelta(days=1)).isoformat(),
        "capacity": 30,
        "listed": False,
        "sessions": [worlds.session_body(AFTER + timedelta(days=n)) for n in range(2)],
        "documents": [PAPER],
    }
    filed = await client.post("/classes", body)
    path = f"/classes/{filed['id']}"
    await office.post(f"{path}/decision", {"decision": "accepted", "reason": "材料齐全"})
    sessions = (await client.get(path))["sessions"]
    last = max(sessions, key=lambda one: str(one["starts_at"]))
    later = worlds.session_body(AFTER + timedelta(days=1), hour=15)
    moved = {name: later[name] for name in ("starts_at", "ends_at", "place")}
    await client.post(f"/sessions/{last['id']}/move", moved)
    await client.post(f"/sessions/{last['id']}/cancellation")
    again = worlds.session_body(AFTER + timedelta(days=1), hour=11)
    await client.post(f"{path}/sessions", again)
    await office.post(f"{path}/target", {"target": "m06", "reason": "学员均为新生代农民工"})
    await client.post(f"{path}/withdrawal")


async def _people(life: Life) -> None:
    """Correct what a person says is wrong, import earlier benefits."""
    me = life.people[0]
    asked = {"authority": AUTHORITY, "field": "attendance", "text": "3月9日下午我在，记成了缺勤。"}
    request = await me.caller.post("/me/correction-requests", asked)
    answer = {"state": "done", "answer": "已核对签到表，更正为出勤。"}
    await life.officer().post(f"/correction-requests/{request['id']}/answer", answer)
    entry = {"id_number": me.number, "kind": "skill", "level": 5, "on": "2019-11-20"}
    benefits = {
        "source_title": "2019年职业培训补贴发放台账",
        "document_number": f"高人社函〔2020〕示例5{life.suffix}号",
        "as_of": "2020-02-28",
        "entries": [entry | {"subject_code": "6-31-01-03"}],
    }
    await life.officer().post("/benefits", benefits)


async def _money(life: Life) -> None:
    """Undo a receipt, take a batch back, note a ground that fell, delegate a step."""
    receipt = {
        "fund": "special",
        "authority": AUTHORITY,
        "year": 2020,
        "purpose": "training_subsidy",
        "fen": 100,
        "document_number": f"高财社〔2020〕示例9{life.suffix}号",
        "opening": False,
    }
    made = await life.finance().post("/funds/receipts", receipt)
    path = f"/funds/receipts/{made['transfer_id']}/correction"
    await life.finance().post(path, {"reason": "金额录入有误"})
    batches = (await life.finance().get("/payment-batches"))["items"]
    came_back = [one for one in batches if one["payee_kind"] == "person" and one["reissue_of"]]
    body = {"authority": AUTHORITY, "fund": "employment", "payee_kind": "person"}
    batch = await life.finance().post(
        "/payment-batches", body | {"reissue_of": came_back[-1]["id"]}
    )
    await life.finance().post(f"/payment-batches/{batch['id']}/cancellation")
    lines = (await life.officer().get(f"/claims/{life.made['claim B']}/lines"))["items"]
    paid = [line["id"] for line in lines if line["state"] == "paid"]
    await life.officer().post("/to-recover", NOTE | {"line_ids": paid})
    delegation = {
        "authority": AUTHORITY,
        "stand_in": CITY,
        "step": "review",
        "from_date": AFTER.isoformat(),
        "to_date": "2020-06-30",
        "document_number": "高人社函〔2020〕示例1号",
    }
    await life.officer().post("/delegations", delegation)


async def _accounts(life: Life) -> None:
    """Give a system a client and take it back; invite an officer and suspend the account."""
    who = Principal("officer:00000000-0000-7000-8000-0000000000ad", Role.ADMINISTRATOR)
    boss = Caller(life.stage, who)
    client = {"name": "示例教务系统", "role": "organisation", "organisation_id": life.made["A"]}
    made = await boss.post("/clients", client)
    await boss.post(f"/clients/{made['client_id']}/secret", {"overlap_hours": 24})
    await boss.post(f"/clients/{made['client_id']}/revocation")
    officer = {
        "login": f"gulnar{life.suffix}",
        "name": "古丽娜尔",
        "role": "officer",
        "authorities": [AUTHORITY],
        "office": f"{AUTHORITY}/hrss",
    }
    invited = await boss.post("/officers", officer)
    await boss.post(f"/officers/{invited['id']}/invitation")
    await boss.post(f"/officers/{invited['id']}/suspension")


async def _ends(life: Life) -> None:
    """Void a certificate and a class, end a licence, take the course out of the catalogue."""
    key = life.classes["A"]["id"]
    found = (await life.officer().get(f"/classes/{key}/certificates"))["certificates"]
    void = {"reason": "证书编号登记错误"}
    await life.officer().post(f"/certificates/{found[0]['id']}/voiding", void)
    await life.officer().post(f"/classes/{key}/voiding", {"reason": "经核查未实际授课"})
    licences = (await life.officer().get(f"/organisations/{life.made['B']}/licences"))["items"]
    end = {"to_date": "2020-12-31", "reason": "机构申请缩小培训范围", "document_number": "示例2号"}
    await life.officer().post(f"/licences/{licences[0]['id']}/ending", end)
    out = {"from_date": "2021-01-01", "reason": "调出目录", "document_number": "示例9号"}
    await life.officer(CITY).post(f"/offerings/{life.made['offering']}/withdrawal", out)
