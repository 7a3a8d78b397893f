"""Classes before they start: filed, decided, moved, held, invited, confirmed."""

from datetime import date, timedelta

import httpx

from services.gateway.directory import catalogue
from tests.attack.lives.scene import TAG, Scene, json
from tests.registry import people, roster_files
from tests.registry.world import LAST_DAY, Place, session_body, weekdays

NEXT_MONDAY = date(2020, 3, 23)
NAMES = ("古丽甲·买买甲", "阿依甲·艾山甲", "努尔甲·吐尔甲")


async def live(scene: Scene) -> None:
    """File classes both ways, change them, invite by roster, and let people answer."""
    await _main_class(scene)
    await _by_documents(scene)
    await _roster(scene)
    await _answers(scene)
    await _reads(scene)


async def _main_class(scene: Scene) -> None:
    world = scene.world
    room = scene.rooms["main"] = await world.file_class(place=f"{TAG}一号教室")
    own = world.institution.client
    body = {"assessor_id": str(world.assessor.id), "on": LAST_DAY.isoformat()}
    json(await own.post(f"/classes/{room.id}/assessor", json=body))
    json(await world.officer.post(f"/classes/{room.id}/assessor", json=body))
    params = {"commission_id": str(world.commission)}
    json(await own.get("/internal/commission-places", params=params))
    for who in (own, world.officer, world.assessor.client):
        json(await who.get(f"/classes/{room.id}"))
        json(await who.get("/classes"))
    json(await own.get("/listed-classes"))


async def _by_documents(scene: Scene) -> None:
    world, why = scene.world, {"reason": f"{TAG}材料齐全"}
    own = world.institution.client
    second = await _filed(scene, 0)
    path = f"/classes/{second}"
    decision = {"decision": "accepted"} | why
    json(await world.officer.post(f"{path}/decision", json=decision))
    json(await world.officer.post(f"{path}/target", json={"target": "m13"} | why))
    last = json(await own.get(path))["sessions"][-1]["id"]
    json(await own.post(f"/sessions/{last}/cancellation"))
    extra = session_body(NEXT_MONDAY + timedelta(days=14)) | {"topic": f"{TAG}复习"}
    added = json(await own.post(f"{path}/sessions", json=extra))
    moved = {name: extra[name] for name in ("starts_at", "ends_at")} | {"place": f"{TAG}三号"}
    json(await own.post(f"/sessions/{added['id']}/move", json=moved))
    await scene.suite.sql(
        "registry",
        "update training_classes set held_since = $2 where id = $1::uuid",
        *(second, scene.suite.clock.now()),
    )
    json(await world.officer.post(f"{path}/release", json=why))
    json(await own.post(f"{path}/withdrawal"))
    third = await _filed(scene, 1)
    json(await world.officer.post(f"/classes/{third}/decision", json=decision))
    json(await world.officer.post(f"/classes/{third}/voiding", json=why))


async def _filed(scene: Scene, n: int) -> str:
    """File a class by documents two weeks later, so that rooms and hours do not clash."""
    days = [NEXT_MONDAY + timedelta(days=d) for d in range(14) if d % 7 < 5]
    body = scene.world.documents_body(
        name=f"{TAG}2020示例面点师五级{n + 2}等级证",
        place=f"{TAG}{n + 2}号教室",
        starts_on=days[0].isoformat(),
        ends_on=(days[-1] + timedelta(days=7)).isoformat(),
        sessions=[session_body(day) | {"place": f"{TAG}{n + 2}号教室"} for day in days],
    )
    return str(json(await scene.world.institution.client.post("/classes", json=body))["id"])


async def _roster(scene: Scene) -> None:
    own, room = scene.world.institution.client, scene.rooms["main"]
    for name in NAMES:
        await scene.person(name)
    refuser = await scene.person("热甲·不甲")
    rows = [(room.code, one.name, one.id_number, "") for one in (*scene.persons[:2], refuser)]
    data = roster_files.csv_bytes(rows)
    json(await own.get("/roster-template?format=csv"))
    made = json(await roster_files.upload(own, data))
    json(await own.get("/rosters"))
    json(await own.get(f"/rosters/{made['id']}"))
    for form in ("csv", "json"):
        assert (await own.get(f"/rosters/{made['id']}/result?format={form}")).is_success
    json(await refuser.client.get("/me/invitations"))
    json(await refuser.client.post("/me/refusals", json={"class_id": str(room.id)}))


async def _answers(scene: Scene) -> None:
    room = scene.rooms["main"]
    await people.invite(scene.suite, room.id, scene.persons[2])
    for someone in scene.persons[:3]:
        await scene.suite.settle()
        seen = f"/me/invitations/{room.id}?language=zh-Hans"
        json(await someone.client.get(seen))
        me = at_the_door(scene, someone)
        json(await me.get(f"/v1/me/previews/{room.id}"))
        enrolment = await people.confirm(scene.suite, someone, room.id)
        scene.places.append(Place(enrolment, someone.id, someone.name, someone))
    leaver = await scene.person("走甲·了甲")
    await people.invite(scene.suite, room.id, leaver)
    enrolment = await people.confirm(scene.suite, leaver, room.id)
    await scene.suite.settle()
    slots = {"class_id": str(room.id)}
    json(await scene.own("claims", leaver).get("/me/slots", params=slots))
    json(await scene.institution("claims").get("/classes-without-slot", params=slots))
    await people.leave(leaver, enrolment)
    await scene.suite.settle()


def at_the_door(scene: Scene, someone: people.Person) -> httpx.AsyncClient:
    """Return a person's client at the public door."""
    return scene.suite.gateway(scene.suite.trainee(someone.id, login=someone.login))


async def _reads(scene: Scene) -> None:
    world, room = scene.world, scene.rooms["main"]
    for who in (world.institution.client, world.officer, world.assessor.client):
        json(await who.get(f"/classes/{room.id}/enrolments"))
    json(await world.institution.client.get(f"/classes/{room.id}/sign-in-sheet"))
    me = scene.persons[0].client
    for path in ("", "/enrolments", "/access-log", "/copy", "/inbox", "/certificates"):
        json(await me.get(f"/me{path}"))
    json(await me.get(f"/classes/{room.id}"))


async def open_to_all(scene: Scene) -> None:
    """List a class at last: from then on everybody may read of it."""
    first = scene.suite.clock.today() + timedelta(days=14)
    days = weekdays(first, 10)
    body = scene.world.class_body(
        place=f"{TAG}四号教室",
        listed=True,
        starts_on=days[0].isoformat(),
        ends_on=days[-1].isoformat(),
        sessions=[session_body(day) for day in days],
    )
    filed = json(await scene.world.institution.client.post("/classes", json=body))
    json(await scene.suite.gateway().get("/v1/listed-classes"))
    await catalogue.of(scene.suite.apps["gateway"].state.service).refresh()
    shown = await scene.suite.gateway().get(f"/classes/{filed['id']}")
    assert shown.is_success, shown.text
