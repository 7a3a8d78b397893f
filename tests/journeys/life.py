"""One life of the main job, from the directory to the bank, through the public door alone.

It is lived on any stage, and ends with figures that know neither ids nor times: a life with faults
must end with the figures of a life without.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.clock import SHANGHAI
from shared.principal import Role
from shared.standards import credit_code, resident_id
from tests.journeys import figures, money, stage
from tests.journeys.stage import Caller, Stage
from tests.registry import world as worlds

AUTHORITY, CITY = "650402", "650400"
FIRST, SECOND = date(2020, 3, 9), date(2020, 3, 11)
CERTIFIED = date(2020, 3, 16)
NAMES = ("王小明", "阿依古丽·买买提", "古丽娜尔·艾合买提", "马强", "李雪", "努尔·艾山", "赵静")
TAUGHT_BY_A, TAUGHT_BY_B = (0, 1, 2, 3, 4, 5), (0, 6)  # places in NAMES; the first in both
DECLINES, LEAVES, ABSENT = 4, 5, 3
PAPER = {"title": "培训台账", "number": "示例2020-1", "sha256": "ab" * 32}
Json = dict[str, Any]


@dataclass(slots=True)
class Someone:
    """A person with the own log-in."""

    name: str
    number: str
    caller: Caller


@dataclass(slots=True)
class Life:
    """Who is there and what was made so far."""

    stage: Stage
    suffix: int = 1
    made: dict[str, str] = field(default_factory=dict)
    people: list[Someone] = field(default_factory=list)
    classes: dict[str, Json] = field(default_factory=dict)
    told: Json = field(default_factory=dict)
    end: datetime = datetime(2020, 4, 1, 12, tzinfo=SHANGHAI)

    def officer(self, *authorities: str) -> Caller:
        """Return an officer, each time another person."""
        return stage.official(self.stage, *(authorities or (AUTHORITY,)))

    def finance(self) -> Caller:
        """Return a finance officer, each time another person."""
        return stage.official(self.stage, AUTHORITY, role=Role.FINANCE)

    def client(self, name: str) -> Caller:
        """Return a client of an organisation of this life."""
        return stage.of_organisation(self.stage, self.made[name])

    def name_of(self, name: str) -> str:
        """Name an organisation of this life."""
        return f"高昌区示例{self.suffix}号培训学校{name}"

    async def at(self, day: date, hour: int = 12) -> None:
        """Move the clock."""
        await self.stage.at(datetime.combine(day, time(hour), SHANGHAI))


async def live(on: Stage, suffix: int = 1) -> Json:
    """Live it; return its figures. Lives on the same data take different suffixes below 100."""
    return await be_paid(await be_taught(on, suffix))


async def be_taught(on: Stage, suffix: int = 1) -> Life:
    """Live the first half: from the directory to the certificates."""
    life = Life(on, suffix)
    await life.at(date(2020, 3, 2))
    await _directory(life)
    await _accounts_and_funds(life)
    await _classes(life)
    await _rosters(life)
    await _confirm(life)
    for name in ("A", "B"):
        await _teach(life, name)
    await life.at(CERTIFIED)
    for name in ("A", "B"):
        await _certify(life, name)
    await life.at(CERTIFIED + timedelta(days=1))
    return life


async def be_paid(life: Life) -> Json:
    """Live the second half: from the claim to the bank and the books; return the figures."""
    await money.claim(life)
    await money.review(life)
    await money.publish(life)
    await money.pay(life)
    return await figures.of(life)


async def _directory(life: Life) -> None:
    """Admit two institutions and an assessor, offer a course, publish, commission."""
    city, office = life.officer(CITY, AUTHORITY), life.officer()
    for n, (name, role) in enumerate(
        (("A", "institution"), ("B", "institution"), ("assessor", "assessor"))
    ):
        draft = {
            "authority": AUTHORITY,
            "credit_code": credit_code.complete(f"52650402MJY{life.suffix:03d}{n:03d}"),
            "name": life.name_of(name),
            "short_name": f"示例{name}",
            "nature": "private_school",
            "address": "高昌区示例路1号",
            "roles": [role],
            "responsible_person": {"name": worlds.SIGNER, "phone": "13800000000"},
        }
        life.made[name] = key = (await office.post("/organisations", draft))["id"]
        paper = {
            "role": role,
            "document_number": "高人社发〔2020〕示例1号",
            "from_date": "2020-03-01",
        }
        listed = {"state": "listed", "reason": "经查验符合条件"}
        await office.post(f"/organisations/{key}/standings", paper | listed)
        scope = {"kind": "skill", "to_date": "2022-12-31"}
        await office.post(f"/organisations/{key}/licences", paper | scope)
    offering = {
        "kind": "skill",
        "code_source": "local",
        "subject_name": f"中式面点师{life.suffix}",
        "level": 5,
        "hours": 8,
        "certificate_kind": "skill_level",
    }
    life.made["offering"] = (await city.post("/offerings", offering))["id"]
    await _rate(life)
    for directory in ("offerings", "institutions", "assessors"):
        await city.post("/editions", {"directory": directory})
    for name, fen in (("A", 120_000), ("B", 110_000)):
        contract = {
            "authority": AUTHORITY,
            "organisation_id": life.made[name],
            "offering_id": life.made["offering"],
            "target": "m06",
            "places": 50,
            "price_fen_per_person": fen,
            "document_number": f"高采〔2020〕示例{life.suffix}号{name}",
            "from_date": "2020-03-01",
            "to_date": "2020-12-31",
        }
        life.made[f"commission {name}"] = (await office.post("/commissions", contract))["id"]


async def _rate(life: Life) -> None:
    """Enter the rates by two officers: of the course, and of the allowance."""
    paper = {
        "authority": AUTHORITY,
        "from_date": "2020-01-01",
        "document_number": f"高人社发〔2020〕示例{life.suffix}号",
    }
    first, second = life.officer(), life.officer()
    path = f"/offerings/{life.made['offering']}/rates"
    entered = await first.post(path, paper | {"fen_per_person": 100_000})
    await second.post(f"/rates/{entered['id']}/confirmation")
    if life.suffix == 1:
        entered = await first.post("/allowance-rates", paper | {"fen_per_day": 2_000})
        await second.post(f"/allowance-rates/{entered['id']}/confirmation")


async def _accounts_and_funds(life: Life) -> None:
    """Enter the accounts of the institutions, the money and the year's holidays."""
    for name in ("A", "B"):
        number = f"6500161234{life.suffix:02d}{ord(name)}"
        body = {"bank": "示例银行", "account_number": number, "holder": life.name_of(name)}
        path = f"/organisations/{life.made[name]}/accounts"
        entered = await life.client(name).post(path, body)
        path = f"/organisation-accounts/{entered['id']}/confirmation"
        await life.officer().post(path, {"account_number": number})
    for fund, purpose, fen in (
        ("special", "training_subsidy", 10_000_000),
        ("employment", "living_allowance", 1_000_000),
    ):
        receipt = {
            "fund": fund,
            "authority": AUTHORITY,
            "year": 2020,
            "purpose": purpose,
            "fen": fen,
            "document_number": f"高财社〔2020〕示例{life.suffix}号",
            "opening": False,
        }
        await life.finance().post("/funds/receipts", receipt)
    if life.suffix == 1:
        days = {"year": 2020, "number": "新政办明电〔2020〕示例1号", "rests": [], "works": []}
        await life.officer(CITY).post("/holidays", {"authority": CITY, **days})


async def _classes(life: Life) -> None:
    """File one class by commitment and one by documents, which an officer accepts."""
    for name, first in (("A", FIRST), ("B", SECOND)):
        body = {
            "basis": "commission",
            "route": "commitment",
            "authority": AUTHORITY,
            "commission_id": life.made[f"commission {name}"],
            "target": "m06",
            "offering_id": life.made["offering"],
            "name": f"2020示例面点师五级{name}等级证",
            "place": f"高昌区示例路{life.suffix}号{name}",
            "starts_on": first.isoformat(),
            "ends_on": (first + timedelta(days=1)).isoformat(),
            "capacity": 30,
            "listed": False,
            "sessions": [worlds.session_body(first + timedelta(days=n)) for n in range(2)],
            "commitment": worlds.commitment(),
        }
        if name == "B":
            del body["commitment"]
            body |= {"route": "documents", "documents": [PAPER]}
        filed = await life.client(name).post("/classes", body)
        life.classes[name] = filed
        office, path = life.officer(), f"/classes/{filed['id']}"
        if name == "B":
            await office.post(f"{path}/decision", {"decision": "accepted", "reason": "材料齐全"})
        day = (first + timedelta(days=1)).isoformat()
        named = {"assessor_id": life.made["assessor"], "on": day}
        await office.post(f"{path}/assessor", named)


async def _rosters(life: Life) -> None:
    """Upload who is invited, register them at a counter, list who is of a poor household."""
    born = date(1990, 1, 1) + timedelta(days=life.suffix)
    numbers = [
        resident_id.complete(f"652101{born:%Y%m%d}{n:03d}") for n in range(1, len(NAMES) + 1)
    ]
    for name, invited in (("A", TAUGHT_BY_A), ("B", TAUGHT_BY_B)):
        code = life.classes[name]["code"]
        rows = [f"{NAMES[n]},{numbers[n]},{code}" for n in invited]
        content = "\n".join(["姓名,身份证号,班级编号", *rows]).encode()
        sent = await life.client(name).post(f"/rosters?filename={name}.csv", content=content)
        life.told[f"roster {name}"] = {k: sent[k] for k in ("rows_received", "rows_accepted")}
    entries = [{"id_number": number, "from": "2019-01-01"} for number in numbers]
    register = {
        "code": "poor_household",
        "source_title": "高昌区示例名册",
        "document_number": f"高人社函〔2020〕示例{life.suffix}号",
        "as_of": "2020-03-01",
        "entries": entries,
    }
    await life.officer().post("/registers", register)
    counter = life.officer()
    for name, number in zip(NAMES, numbers, strict=True):
        code = await counter.post("/binding-codes", {"id_number": number, "name": name})
        caller = await stage.bound(life.stage, code["code"])
        life.people.append(Someone(name, number, caller))


async def _confirm(life: Life) -> None:
    """Let everybody answer; one declines, one leaves again; all but one speak of themselves."""
    for name, invited in (("A", TAUGHT_BY_A), ("B", TAUGHT_BY_B)):
        key = life.classes[name]["id"]
        for n in invited:
            me = life.people[n].caller
            if n == DECLINES:
                await me.post("/me/refusals", {"class_id": key})
                continue
            seen = await me.get(f"/me/invitations/{key}", language="zh-Hans")
            shown = seen["texts"][0]
            yes = {"class_id": key, "text_sha256": shown["sha256"]}
            yes |= {word: shown[word] for word in ("version", "language")}
            place = await me.post("/me/confirmations", yes)
            if n == LEAVES:
                await me.post("/me/departures", {"enrolment_id": place["enrolment_id"]})
                continue
            answers = {"monthly_pension": "none", "public_payroll": "no"}
            if n == 2:
                answers["monthly_pension"] = "employees"
            said = [{"question": q, "answer": a} for q, a in answers.items()]
            body = {"version": "2019-09-17.1", "language": "zh-Hans", "answers": said}
            await me.put(f"/me/statements/{key}", body)


async def _teach(life: Life, name: str) -> None:
    key, client = life.classes[name]["id"], life.client(name)
    seen = await client.get(f"/classes/{key}")
    for n, session in enumerate(seen["sessions"]):
        await life.stage.at(datetime.fromisoformat(session["ends_at"]) + timedelta(minutes=5))
        sheet = await client.get(f"/classes/{key}/sign-in-sheet")
        missing = NAMES[ABSENT] if n else ""
        present = [one["enrolment_id"] for one in sheet["people"] if one["name"] != missing]
        await client.post(f"/sessions/{session['id']}/attendance", {"present": present})


async def _certify(life: Life, name: str) -> None:
    key, assessor = life.classes[name]["id"], life.client("assessor")
    people = (await assessor.get(f"/classes/{key}/enrolments"))["items"]
    done = [one for one in people if one["completed"]]
    day = (CERTIFIED - timedelta(days=1)).isoformat()
    passed = [
        {"enrolment_id": one["enrolment_id"], "outcome": "passed", "assessed_on": day}
        for one in done
    ]
    await assessor.post(f"/classes/{key}/results", {"results": passed})
    issued = [
        {
            "enrolment_id": one["enrolment_id"],
            "number": f"S000165000001205{life.suffix:02d}{'AB'.index(name)}{n:03d}",
            "issued_on": day,
        }
        for n, one in enumerate(done, 1)
    ]
    await assessor.post(f"/classes/{key}/certificates", {"certificates": issued})
