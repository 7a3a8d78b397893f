"""The public door: officers, clients, log-ins by WeChat, what is public, pages."""

from fastapi.routing import APIRoute

from services.gateway.portal import rendering
from shared import access
from shared.principal import Principal, Role
from tests.attack.lives.scene import TAG, Scene, json
from tests.gateway import doubles
from tests.registry import people
from tests.registry.world import FIRST_DAY, GAOCHANG, LAST_DAY

SYSTEM = {"name": f"{TAG}教务系统", "role": "organisation"}


async def live(scene: Scene, wechat: doubles.Wechat) -> None:
    """Come in by every door, and read what is open to all."""
    await _officers(scene)
    await _clients(scene)
    await _telephone(scene, wechat)
    await _disclosure(scene)
    await _complaint(scene)
    await _pages(scene)


async def _officers(scene: Scene) -> None:
    suite = scene.suite
    administrator = suite.gateway(doubles.administrator())
    officer = await doubles.enrol(suite, login="jiami", name=f"{TAG}古丽娜尔")
    json(await administrator.get("/v1/officers"))
    proof = officer.proof(doubles.of(suite).machine.now())
    given = json(await suite.gateway().post("/v1/officers/login", json=proof))
    came_in = doubles.bearer(suite, given["access_token"])
    json(await came_in.post("/v1/officers/logout"))
    json(await administrator.post(f"/v1/officers/{officer.id}/invitation"))
    json(await administrator.post(f"/v1/officers/{officer.id}/suspension"))


async def _clients(scene: Scene) -> None:
    suite = scene.suite
    office = suite.gateway(suite.officer(GAOCHANG))
    body = SYSTEM | {"organisation_id": str(scene.world.institution.id)}
    made = json(await office.post("/v1/clients", json=body))
    json(await office.get("/v1/clients"))
    secret = {name: made[name] for name in ("client_id", "client_secret")}
    form = {"grant_type": "client_credentials"} | secret
    json(await suite.gateway().post("/v1/oauth/token", data=form))
    path = f"/v1/clients/{made['client_id']}"
    json(await office.post(f"{path}/secret", json={"overlap_hours": 1}))
    json(await office.post(f"{path}/revocation"))


async def _telephone(scene: Scene, wechat: doubles.Wechat) -> None:
    suite, number = scene.suite, people.id_number()
    name = "微甲·信甲"
    scene.secrets |= {name, number, "o-jiami"}
    card = {"id_number": number, "name": name}
    code = json(await scene.officer("registry").post("/binding-codes", json=card))["code"]
    login = {"code": wechat.code_of("o-jiami")}
    visitor = json(await suite.gateway().post("/v1/wechat/login", json=login))
    client = doubles.bearer(suite, visitor["access_token"])
    bound = json(await client.post("/v1/wechat/bindings", json={"code": code}))
    me = doubles.bearer(suite, bound["access_token"])
    ticket = json(await me.post("/v1/wechat/tickets"))["ticket"]
    redeemed = {"ticket": ticket}
    json(await suite.gateway().post("/v1/wechat/tickets/redemption", json=redeemed))


async def _complaint(scene: Scene) -> None:
    suite, words = scene.suite, f"{TAG}收走了我的身份证"
    scene.secrets.add(words)
    someone = await scene.person("微乙·信乙")
    me = suite.gateway(suite.trainee(someone.id, login=someone.login))
    body = {"authority": GAOCHANG, "about": "papers_kept", "text": words}
    made = json(await me.post("/v1/me/complaints", json=body))
    json(await me.get("/v1/me/complaints"))
    office = suite.gateway(suite.officer(GAOCHANG))
    json(await office.get("/v1/complaints"))
    path = f"/v1/complaints/{made['id']}"
    json(await office.get(path))
    json(await office.post(f"{path}/answer", json={"text": f"{TAG}已责令退还"}))


async def _disclosure(scene: Scene) -> None:
    body = {
        "matter": "class-filing",
        "language": "zh-Hans",
        "commission_id": str(scene.world.commission),
        "offering_id": str(scene.world.offering),
        "class_name": f"{TAG}面点师五级第一期",
        "starts_on": FIRST_DAY.isoformat(),
        "ends_on": LAST_DAY.isoformat(),
        "hours": 40,
        "capacity": 30,
    }
    client = scene.suite.gateway(scene.world.institution.principal)
    json(await client.post("/v1/disclosures", json=body))


async def _complaint(scene: Scene) -> None:
    suite, someone = scene.suite, scene.persons[0]
    me = suite.gateway(suite.trainee(someone.id, login=someone.login))
    words = {"authority": GAOCHANG, "about": "papers_kept", "text": f"{TAG}：学校收走了证件。"}
    made = json(await me.post("/v1/me/complaints", json=words))
    office = suite.gateway(suite.officer(GAOCHANG))
    json(await office.get("/v1/complaints"))
    path = f"/v1/complaints/{made['id']}"
    json(await office.get(path))
    json(await office.post(f"{path}/answer", json={"text": f"{TAG}：已责令当日退还。"}))
    json(await me.get("/v1/me/complaints"))


async def _pages(scene: Scene) -> None:
    """Read every page and list of the gateway; what a path names is filled in here."""
    named = {
        "/v1/matters/{matter}": "/v1/matters/confirmation",
        "/v1/progress/organisations/{organisation_id}": (
            f"/v1/progress/organisations/{scene.world.institution.id}"
        ),
        "/editions/{directory}/{edition}": "/editions/offerings/1",
        "/problems/{code}": "/problems/not_found",
        "/static/{version}/{name}": f"/static/{rendering.VERSION}/{next(iter(rendering.STATIC))}",
    }
    anyone = scene.suite.gateway(Principal("public", Role.PUBLIC))
    for route in access.operations(scene.suite.apps["gateway"]):
        public = (
            Role.PUBLIC in scene.suite.apps["gateway"].state.service.access.rows[route.name].roles
        )
        if "GET" in (route.methods or ()) and public and route.name != "page_class":
            await _read(anyone, route, named)


async def _read(anyone: object, route: APIRoute, named: dict[str, str]) -> None:
    path = named.get(route.path, route.path)
    answer = await anyone.get(path)  # type: ignore[attr-defined]
    assert answer.is_success, f"{path} {answer.text}"
