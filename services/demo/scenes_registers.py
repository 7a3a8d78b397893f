"""What is known of people: lists with source and number, earlier payments, their own words."""

from collections.abc import Sequence
from datetime import date

from services.demo import budget, cast, client
from services.demo.budget import Claimant
from services.demo.crowd import Invitation
from services.demo.people import Person
from services.demo.world import Guest, World

WHOLE = ("pension_employees", "pension_public", "public_payroll")
TITLES = {
    "pension_employees": "企业职工养老金发放名册",
    "pension_public": "机关事业单位养老金发放名册",
    "pension_residents": "城乡居民养老金发放名册",
    "public_payroll": "机关事业单位实名制名册",
    "hard_to_employ": "就业困难人员认定名册",
    "poor_household": "建档立卡名册",
    "urban_low_income_school_leaver": "城市低保家庭“两后生”名册",
    "insured_employer": "社会保险参保名册",
}
GROUPS = (
    *("poor_household", "hard_to_employ", "zero_employment", "rural_school_leaver"),
    "urban_low_income_school_leaver",
)
SINCE = "2020-01-01"


async def import_lists(world: World, *, on: date) -> None:
    """Import the lists of a half-year: whole ones of who is excluded, others of who is entitled."""
    marks = world.marks
    drawing = [*marks.pensioners.values()]
    if marks.mistaken is not None and "list_mended" not in world.seen:
        drawing.append(marks.mistaken)
    whole = {
        "pension_employees": drawing,
        "pension_public": [],
        "public_payroll": list(marks.payroll.values()),
    }
    for code, people in whole.items():
        await _list(world, cast.MUNICIPAL, code, people, on=on, complete=True)
    await _list(world, cast.MUNICIPAL, "pension_residents", marks.residents, on=on)
    for authority, lists in sorted(marks.lists.items()):
        for code, people in sorted(lists.items()):
            await _list(world, authority, code, people, on=on)
    first = next(iter(marks.lists["650402"].values()))[:1]
    await _low_income(world, first, on)
    await _insured(world, on)
    await _shown(world)


async def _list(
    world: World,
    authority: str,
    code: str,
    people: Sequence[Person],
    *,
    on: date,
    complete: bool = False,
) -> None:
    body = {
        **_source(authority, code, on),
        "complete": complete,
        "entries": [{"id_number": one.id_number, "from": SINCE} for one in people],
    }
    await world.api.post(world.office(authority), "registers", body)


def _source(authority: str, code: str, on: date) -> dict[str, str]:
    name = cast.AUTHORITIES[authority]
    return {
        "code": code,
        "source_title": name + TITLES[code],
        "document_number": budget.DOCUMENT.format(f"{name}函", f"{TITLES[code]}{on:%m}"),
        "as_of": on.isoformat(),
    }


async def _low_income(world: World, people: Sequence[Person], on: date) -> None:
    """Send one list as the office has it: a file with names, which are dropped unread."""
    rows = "".join(f"{one.name},{one.id_number},{SINCE}\r\n" for one in people)
    answer = await world.api.ask(
        world.office("650402"),
        "POST",
        "registers/files",
        params={**_source("650402", "urban_low_income_school_leaver", on), "complete": "false"},
        content=("姓名,身份证号,起始日期\r\n" + rows).encode("gb18030"),
        media_type="text/csv",
    )
    dropped = answer.data.get("dropped_columns", [])
    world.expect("名册里的姓名未读即弃", (answer.status, dropped), (201, ["姓名"]))


async def _insured(world: World, on: date) -> None:
    """Import who is insured by which employer; one is on another's staff."""
    marks = world.marks
    own = cast.organisation("fruit").credit_code
    other = cast.organisation("west").credit_code
    staff = [(one, own) for one in marks.insured]
    if marks.insured_elsewhere is not None:
        staff.append((marks.insured_elsewhere, other))
    body = {
        **_source("650421", "insured_employer", on),
        "entries": [
            {"id_number": one.id_number, "from": SINCE, "employer_credit_code": code}
            for one, code in staff
        ],
    }
    await world.api.post(world.office("650421"), "registers", body)


async def _shown(world: World) -> None:
    """Look at the lists as an officer may: what they are, never who or how many."""
    found = await world.api.all(world.office(cast.MUNICIPAL), "registers")
    known = {"entries", "rows", "people", "count", "rows_received"}
    world.promise(
        "名册只看得到来源和文号，看不到人和人数", not any(known & set(one) for one in found)
    )


async def mend(world: World, *, on: date) -> None:
    """Import the pensioners' list again without the person who stood on it by mistake."""
    world.seen["list_mended"] = True
    people = list(world.marks.pensioners.values())
    await _list(world, cast.MUNICIPAL, "pension_employees", people, on=on, complete=True)


async def earlier(world: World) -> None:
    """Import what some received before the system was there: it counts in their caps."""
    marks, subjects = world.marks, world.seen["subjects"]
    cook = [
        {
            "id_number": one.id_number,
            "kind": "skill",
            "subject_code": subjects["cook"],
            "level": 5,
            "on": "2019-11-20",
        }
        for one in marks.same_level
    ]
    startup = [
        {
            "id_number": one.id_number,
            "kind": "startup",
            "subject_code": "SYB",
            "on": "2020-02-10",
        }
        for one in marks.same_year
    ]
    body = {
        "source_title": "系统启用前职业培训补贴发放台账",
        "document_number": budget.DOCUMENT.format("吐人社函", "台账"),
        "as_of": "2020-06-30",
        "entries": [*cook, *startup],
    }
    by = world.office(cast.MUNICIPAL)
    first = await world.api.ask(by, "POST", "benefits", body=body)
    second = await world.api.ask(by, "POST", "benefits", body=body)
    world.expect("台账再导入一次，什么也不改变", (first.status, second.status), (201, 200))


async def say_and_enter(world: World, turn: int) -> None:
    """Let claimants answer what they like about themselves and enter the own account."""
    many = [one for one in world.marks.claimants if one.round == turn]
    await client.together(*(_claimant(world, one) for one in many))
    if turn == 1 and world.marks.own_word_staff is not None:
        one = world.marks.own_word_staff
        await state(world, one, {"staff_of_organiser": "yes"})


async def stating(world: World) -> None:
    """Let some say of themselves that they draw no pension and are on no public payroll."""
    answers = {"monthly_pension": "none", "public_payroll": "no"}
    await client.together(*(state(world, one, answers) for one in world.marks.stating))


async def _claimant(world: World, one: Claimant) -> None:
    if one.says:
        answers = (
            {"hard_to_employ": "yes"} if one.says == "yes" else dict.fromkeys(GROUPS, one.says)
        )
        await state(world, one.invitation, answers)
    if one.account:
        await enter_account(world, guest(world, one.invitation), one.account)


def guest(world: World, one: Invitation) -> Guest:
    """Find the person of an invitation."""
    return world.guests[one.person.id_number]


async def state(world: World, one: Invitation, answers: dict[str, str]) -> None:
    """Answer some of the questions about oneself; what is skipped is not sent."""
    who, room = guest(world, one), world.rooms[one.plan.key]
    shown = await world.api.get(who.account, f"me/statements/{room.id}")
    body = {
        "version": shown["version"],
        "language": one.language,
        "answers": [{"question": key, "answer": value} for key, value in answers.items()],
    }
    await world.api.put(who.account, f"me/statements/{room.id}", body)


async def enter_account(world: World, who: Guest, number: str) -> None:
    """Enter the own account on the phone."""
    body = {"bank": "示例银行", "account_number": number, "holder": who.person.name}
    await world.api.post(who.account, "me/bank-account", body)
