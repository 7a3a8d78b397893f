"""January to March: who may teach and assess, what is subsidised, what was published and bought."""

from datetime import timedelta
from typing import Any

from services.demo import cast, client, scenes_offices
from services.demo.cast import ClassPlan, Offering, Organisation
from services.demo.client import PUBLIC
from services.demo.world import World

EXAMPLE_DOCUMENT = "{}人社发〔2020〕示例{}号"
RATED = ("650402", "650421", cast.MUNICIPAL)
FEN = 100


async def catalogue(world: World) -> None:
    """Enter the offerings, then rates for some authorities; a second officer confirms each."""
    for offering in cast.OFFERINGS:  # one after another: local codes count up
        world.offerings[offering.key] = await _offer(world, offering)
    rated = [(one, code) for one in cast.OFFERINGS if one.rate_yuan for code in RATED]
    await client.together(*(_rate(world, one, code) for one, code in rated))


async def _offer(world: World, offering: Offering) -> str:
    made = await world.api.post(
        world.municipal,
        "offerings",
        {
            "kind": offering.kind,
            "code_source": "local",
            "subject_name": offering.subject,
            "level": offering.level,
            "hours": offering.hours,
            "practice_hours": offering.hours // 2,
            "certificate_kind": offering.certificate,
        },
    )
    world.seen.setdefault("subjects", {})[offering.key] = made["subject_code"]
    return str(made["id"])


async def _rate(world: World, offering: Offering, authority: str) -> None:
    assert offering.rate_yuan is not None
    rate = await world.api.post(
        world.office(authority),
        f"offerings/{world.offerings[offering.key]}/rates",
        {
            "authority": authority,
            "fen_per_person": offering.rate_yuan * FEN,
            "from_date": "2020-01-01",
            "document_number": EXAMPLE_DOCUMENT.format(cast.AUTHORITIES[authority], "标准1"),
        },
    )
    await world.api.post(world.office(authority, "service"), f"rates/{rate['id']}/confirmation")


async def organisations(world: World) -> None:
    """Register the organisations, admit them with reasons, license them, open their accounts."""
    await client.together(*(_admit(world, one) for one in cast.ORGANISATIONS))


async def _admit(world: World, one: Organisation) -> None:
    office = world.office(one.authority)
    document = EXAMPLE_DOCUMENT.format(cast.AUTHORITIES[one.authority], one.key)
    made = await world.api.post(
        office,
        "organisations",
        {
            "authority": one.authority,
            "credit_code": one.credit_code,
            "name": one.name,
            "short_name": one.short_name,
            "nature": one.nature,
            "address": one.address,
            "roles": [one.role],
            "responsible_person": {"name": one.signer, "phone": "13800000000"},
        },
    )
    standing = {
        "role": one.role,
        "state": "listed",
        "from_date": world.today.isoformat(),
        "reason": "经现场查验，人员、场地、设备符合条件（示例）",
        "document_number": document,
    }
    await world.api.post(office, f"organisations/{made['id']}/standings", standing)
    for kind in one.licences:
        licence = {
            "role": one.role,
            "kind": kind,
            "from_date": cast.FIRST_DAY.isoformat(),
            "to_date": cast.LICENSED_UNTIL.isoformat(),
            "document_number": document,
        }
        await world.api.post(office, f"organisations/{made['id']}/licences", licence)
    world.organisations[one.key] = await scenes_offices.client_of(world, one.key, made["id"])


async def publish(world: World) -> None:
    """Publish the first edition of each directory, then a second of offerings with a difference."""
    for directory in ("institutions", "assessors", "offerings"):
        await world.api.post(world.municipal, "editions", {"directory": directory})
    world.offerings[cast.LATER_OFFERING.key] = await _offer(world, cast.LATER_OFFERING)
    second = await world.api.post(world.municipal, "editions", {"directory": "offerings"})
    number = second["number"]
    difference = await world.api.get(PUBLIC, f"directories/offerings/editions/{number}/difference")
    world.seen["difference"] = difference
    added = difference.get("added", [])
    world.expect("目录第二版与第一版的差别恰是新增的一个项目", (number, len(added)), (2, 1))
    first = await world.api.raw(PUBLIC, "directories/offerings")
    world.promise("公开目录带有强 ETag", first.headers.get("etag", "").startswith('"'))


async def commissions(world: World) -> None:
    """Buy the places of the commissioned classes, each by its authority."""
    bought = [plan for plan in cast.CLASSES if plan.basis == "commission"]
    await client.together(*(_buy(world, plan) for plan in bought))


async def _buy(world: World, plan: ClassPlan) -> None:
    offering = cast.offering(plan.offering)
    start = cast.WAVES[plan.wave]
    body: dict[str, Any] = {
        "authority": plan.authority,
        "organisation_id": world.organisations[plan.organisation].id,
        "offering_id": world.offerings[plan.offering],
        "target": plan.target,
        "places": plan.places,
        "price_fen_per_person": (offering.rate_yuan or 900) * FEN,
        "document_number": EXAMPLE_DOCUMENT.format(
            cast.AUTHORITIES[plan.authority], f"项目制 {plan.key}"
        ),
        "from_date": (start - timedelta(days=40)).isoformat(),
        "to_date": (start + timedelta(days=120)).isoformat(),
    }
    made = await world.api.post(world.office(plan.authority), "commissions", body)
    world.commissions[plan.key] = made["id"]
