"""Institutions: organisations, licences, accounts, offerings, rates, commissions, editions."""

from tests.attack.lives.scene import CITY, TAG, Scene, json
from tests.registry.world import GAOCHANG

UNCONFIRMED = "高人社发〔2020〕未定1号"
PAPER = f"高人社发〔2020〕{TAG}1号"


async def live(scene: Scene) -> None:
    """Do all that an office and an organisation do in the directory."""
    await _organisation(scene)
    await _account(scene)
    await _offerings(scene)
    await _published(scene)
    await _told_to_services(scene)


async def _organisation(scene: Scene) -> None:
    office, own = scene.officer("institutions"), scene.institution("institutions")
    path = f"/organisations/{scene.world.institution.id}"
    for who in (office, own):
        for below in ("", "/standings", "/licences", "/accounts"):
            json(await who.get(path + below))
        json(await who.get("/organisations"))
        json(await who.get("/commissions"))
        json(await who.get(f"/commissions/{scene.world.commission}"))
    licence = {
        "role": "institution",
        "kind": "safety",
        "from_date": "2020-03-01",
        "to_date": "2021-12-31",
        "document_number": PAPER,
    }
    granted = json(await office.post(f"{path}/licences", json=licence))
    ending = {"document_number": PAPER, "reason": f"{TAG}缩小范围", "to_date": "2020-12-31"}
    json(await office.post(f"/licences/{granted['id']}/ending", json=ending))


async def _account(scene: Scene) -> None:
    path = f"/organisations/{scene.world.institution.id}/accounts"
    number = "65001612348885250001"
    scene.secrets.add(number)
    body = {"bank": "示例银行", "account_number": number, "holder": "高昌区示例培训学校"}
    entered = json(await scene.institution("institutions").post(path, json=body))
    json(await scene.institution("institutions").get(path))
    office = scene.officer("institutions")
    confirming = f"/organisation-accounts/{entered['id']}/confirmation"
    json(await office.post(confirming, json={"account_number": number}))
    json(await office.get(path))


async def _offerings(scene: Scene) -> None:
    city, office = scene.officer("institutions", CITY, GAOCHANG), scene.officer("institutions")
    rate = {
        "authority": GAOCHANG,
        "document_number": UNCONFIRMED,
        "fen_per_person": 100_000,
        "from_date": "2020-01-01",
    }
    path = f"/offerings/{scene.world.offering}"
    entered = json(await office.post(f"{path}/rates", json=rate))
    scene.secrets.add(UNCONFIRMED)
    json(await office.get(f"{path}/rates"))
    second = scene.officer("institutions")
    json(await second.post(f"/rates/{entered['id']}/confirmation"))
    scene.secrets.discard(UNCONFIRMED)  # now everybody may know it
    for below in ("/offerings", path, f"{path}/rates"):
        json(await scene.institution("institutions").get(below))
    extra = {
        "kind": "skill",
        "code_source": "local",
        "subject_name": f"{TAG}面塑",
        "level": 5,
        "hours": 40,
        "certificate_kind": "skill_level",
    }
    made = json(await city.post("/offerings", json=extra))
    out = {"document_number": PAPER, "from_date": "2021-01-01", "reason": f"{TAG}调出"}
    json(await city.post(f"/offerings/{made['id']}/withdrawal", json=out))


async def _published(scene: Scene) -> None:
    anyone = scene.institution("institutions")
    json(
        await scene.officer("institutions", CITY).post("/editions", json={"directory": "offerings"})
    )
    json(await anyone.get("/directories/offerings"))
    json(await anyone.get("/directories/offerings/editions"))
    json(await anyone.get("/directories/offerings/editions/2/difference"))


async def _told_to_services(scene: Scene) -> None:
    world = scene.world
    asked = {
        "organisation_id": str(world.institution.id),
        "offering_id": str(world.offering),
        "commission_id": str(world.commission),
        "on": "2020-03-09",
    }
    standing = scene.as_service("institutions", "registry", "standing")
    json(await standing.get("/internal/standing", params=asked))
    listed = {"subject_code": "L-0001", "kind": "skill", "level": "5", "on": "2020-03-09"}
    json(await standing.get(f"/internal/assessors/{world.assessor.id}", params=listed))
    signer = scene.as_service("institutions", "registry", "signer")
    json(await signer.get(f"/internal/organisations/{world.institution.id}/signer"))
    paying = scene.as_service("institutions", "claims", "bank_file")
    body = {"organisation_ids": [str(world.institution.id)], "purpose": "bank_file"}
    json(await paying.post("/internal/organisation-accounts", json=body))
    terms = {
        "organisation_id": asked["organisation_id"],
        "classes": [
            {
                "offering_id": asked["offering_id"],
                "commission_id": asked["commission_id"],
                "authority": GAOCHANG,
                "on": asked["on"],
            }
        ],
    }
    asking = scene.as_service("institutions", "claims", "class_terms")
    for who in (asking, scene.institution("institutions")):
        json(await who.post("/internal/class-terms", json=terms))
    for name in ("institutions", "registry", "claims"):
        json(await scene.as_service(name, "gateway", "feed").get("/internal/events"))
