"""People and counters: own record, statements, accounts, requests, conflicts, paper, registers."""

from tests.attack.lives.scene import CITY, PASSBOOK, TAG, Scene, json
from tests.registry import asking, people
from tests.registry.test_benefits import benefit, ledger
from tests.registry.world import GAOCHANG

IMAGE = "ab" * 32


async def live(scene: Scene) -> None:
    """Do all that a person does, and all that a counter does."""
    await _own_record(scene)
    await _own_words(scene)
    await _request(scene)
    await _conflict(scene)
    await _paper(scene)
    await _another_login(scene)
    await _registers(scene)
    await _facts(scene)


async def _own_record(scene: Scene) -> None:
    me = scene.persons[0].client
    json(await me.put("/me/language", json={"language": "zh-Hans"}))
    scene.secrets.add("13977776666")
    json(await me.put("/me/phone", json={"phone": "13977776666"}))
    notice = json(await me.get("/me/inbox"))["items"][0]
    json(await me.post(f"/me/inbox/{notice['id']}/reading"))
    scene.secrets |= {asking.CARD, PASSBOOK}
    for someone, number in zip(scene.persons, (asking.CARD, PASSBOOK), strict=False):
        body = {"bank": "示例银行", "account_number": number, "holder": someone.name}
        json(await someone.client.post("/me/bank-account", json=body))
        json(await someone.client.get("/me/bank-account"))


async def _own_words(scene: Scene) -> None:
    room = scene.rooms["main"]
    said = {"monthly_pension": "none", "public_payroll": "no", "poor_household": "yes"}
    for n, someone in enumerate(scene.persons[:3]):
        json(await someone.client.get(f"/me/statements/{room.id}"))
        pension = {} if n < 2 else {"monthly_pension": "employees"}
        json(await asking.state(someone, room.id, **(said | pension)))


async def _request(scene: Scene) -> None:
    me, words = scene.persons[0].client, f"{TAG}我的名字写错了"
    scene.secrets.add(words)
    body = {"field": "name", "text": words, "authority": GAOCHANG}
    made = json(await me.post("/me/correction-requests", json=body))
    json(await me.get("/me/correction-requests"))
    office = scene.officer("registry")
    json(await office.get("/correction-requests"))
    json(await office.get(f"/correction-requests/{made['id']}"))
    answer = {"state": "done", "answer": f"{TAG}已核对证件"}
    json(await office.post(f"/correction-requests/{made['id']}/answer", json=answer))


async def _conflict(scene: Scene) -> None:
    someone, office = scene.persons[1], scene.officer("registry")
    other = "阿依甲·别名甲"
    scene.secrets.add(other)
    card = {"id_number": someone.id_number, "name": other}
    refused = await office.post("/binding-codes", json=card)
    assert refused.status_code == 409, refused.text
    [line] = json(await office.get("/name-conflicts"))["items"]
    body = {"decision": "kept", "reason": f"{TAG}系笔误"}
    json(await office.post(f"/name-conflicts/{line['id']}/decision", json=body))


async def _paper(scene: Scene) -> None:
    room, someone = scene.rooms["main"], await scene.person("纸甲·上甲")
    card = {"id_number": someone.id_number, "name": someone.name, "image_sha256": IMAGE}
    body = people.yes(scene.suite, room.id) | card
    first = scene.officer("registry", office="counter")
    made = json(await first.post("/paper-confirmations", json=body))
    json(await first.get("/paper-confirmations"))
    second = scene.officer("registry", CITY, GAOCHANG)
    path = f"/paper-confirmations/{made['id']}/second"
    json(await second.post(path, json={"image_sha256": IMAGE}))
    [line] = json(await someone.client.get("/me/enrolments"))["items"]
    json(await someone.client.post("/me/departures", json={"enrolment_id": line["enrolment_id"]}))


async def _another_login(scene: Scene) -> None:
    someone = scene.persons[3]
    card = {"id_number": someone.id_number, "name": someone.name}
    made = json(await scene.officer("registry", office="window").post("/binding-codes", json=card))
    second = scene.officer("registry", office="hall")
    body = {"id_number": someone.id_number}
    json(await second.post(f"/binding-codes/{made['id']}/second", json=body))


async def _registers(scene: Scene) -> None:
    office, number = scene.officer("registry"), scene.persons[0].id_number
    body = asking.register("poor_household", number, document_number=f"高函〔2020〕{TAG}3号")
    json(await office.post("/registers", json=body))
    query = {
        "code": "unemployed",
        "source_title": f"{TAG}名册",
        "document_number": f"高函〔2020〕{TAG}4号",
        "as_of": "2020-03-01",
    }
    content = f"身份证号,起始日期,有效期至\n{number},2020-01-01,2020-12-31\n".encode()
    sent = {"params": query, "content": content, "headers": {"Content-Type": "text/csv"}}
    json(await office.post("/registers/files", **sent))
    json(await office.get("/registers"))
    again = scene.persons[1]  # has had this year's training already
    lines = benefit(scene.persons[3].id_number), benefit(again.id_number, on="2020-01-15")
    earlier = ledger(*lines, document_number=f"{TAG}5号")
    json(await office.post("/benefits", json=earlier))
    json(await again.client.get("/me/benefits"))


async def _facts(scene: Scene) -> None:
    read = {
        "trainee_id": str(scene.persons[0].id),
        "what": "appeal",
        "issue_id": str(scene.rooms["main"].id),
        "office": f"{GAOCHANG}/hrss",
    }
    reading = scene.as_service("registry", "claims", "reading")
    json(await reading.post("/internal/reads", json=read))
    asks = scene.as_service("registry", "claims", "facts")
    body = {"class_ids": [str(scene.rooms["main"].id)]}
    json(await asks.post("/internal/class-facts", json=body))
    person = {"trainee_id": str(scene.persons[0].id)}
    json(await asks.post("/internal/person-facts", json=person))
    payees = {"trainee_ids": [str(scene.persons[0].id)], "purpose": "bank_file"}
    json(
        await scene.as_service("registry", "claims", "payees").post("/internal/payees", json=payees)
    )
    json(await scene.as_service("registry", "gateway", "progress").get("/internal/withdrawals"))
