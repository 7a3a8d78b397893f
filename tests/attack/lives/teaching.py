"""The class itself: sheets, corrections, results, certificates."""

from datetime import date

from tests.attack.lives.scene import TAG, Scene, json
from tests.registry import test_assessments as assessed
from tests.registry import test_certificates as certificates
from tests.registry.world import FIRST_DAY, LAST_DAY

CERTIFIED = date(2020, 3, 25)


async def live(scene: Scene) -> None:
    """Teach the main class and certify who passed."""
    world, room = scene.world, scene.rooms["main"]
    world.at(FIRST_DAY, 10, 1)
    await scene.suite.settle()
    await world.teach(room, [scene.places[:2], *[scene.places] * (len(room.sessions) - 1)])
    await _correction(scene)
    world.at(LAST_DAY, 18)
    await _certified(scene)
    await scene.suite.settle()


async def _correction(scene: Scene) -> None:
    own, office = scene.world.institution.client, scene.world.officer
    body = {
        "session_id": str(scene.rooms["main"].sessions[0]),
        "enrolment_id": str(scene.places[2].enrolment_id),
        "present": True,
        "reason": f"{TAG}签到时漏记",
    }
    asked = json(await own.post("/attendance-corrections", json=body))
    for who in (own, office):
        json(await who.get("/attendance-corrections"))
    decision = {"decision": "approved", "reason": f"{TAG}与签到原件一致"}
    json(await office.post(f"/attendance-corrections/{asked['id']}/decision", json=decision))


async def _certified(scene: Scene) -> None:
    world, room, places = scene.world, scene.rooms["main"], scene.places
    lines = [assessed.result(place) for place in places]
    json(await assessed.file(world.assessor.client, room, *lines))
    world.at(CERTIFIED)
    numbers = [certificates.number(n) for n in range(1, len(places) + 2)]
    issuing = [certificates.line(place, numbers[n]) for n, place in enumerate(places)]
    json(await certificates.issue(world.assessor.client, room, *issuing))
    path = f"/classes/{room.id}"
    for who in (world.institution.client, world.assessor.client, world.officer):
        json(await who.get(f"{path}/results"))
        json(await who.get(f"{path}/certificates"))
    held = json(await world.assessor.client.get(f"{path}/certificates"))["certificates"]
    last = next(one for one in held if one["enrolment_id"] == str(places[2].enrolment_id))
    why = {"reason": f"{TAG}编号登记错误"}
    json(await world.assessor.client.post(f"/certificates/{last['id']}/voiding", json=why))
    again = certificates.line(places[2], numbers[-1])
    json(await certificates.issue(world.assessor.client, room, again))
    json(await places[0].person.client.get("/me/certificates"))
    check = {"number": numbers[0], "name": places[0].name}
    json(await world.institution.client.post("/certificate-checks", json=check))
    page = await scene.suite.gateway().post("/certificates", data=check)
    assert page.is_success, page.text
