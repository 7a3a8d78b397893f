"""A class from directory to certificate while processes are killed: nothing lost or doubled."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.clock import SHANGHAI
from shared.principal import Principal, Role
from shared.standards import credit_code, resident_id
from tests.journeys import real_suite
from tests.registry import world as worlds

FIRST_DAY = date(2020, 3, 9)
NAMES = ("王小明", "阿依古丽·买买提", "古丽娜尔·艾合买提", "马强", "李雪", "努尔·艾山")
DECLINES, LEAVES = 4, 5  # places in NAMES


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[real_suite.RealSuite]:
    """Run a suite of real processes."""
    with real_suite.running(tmp_path / "suite") as running:
        yield running


def _at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


async def _directory(suite: real_suite.RealSuite) -> dict[str, Any]:
    """Admit an institution, offer a course, publish and commission."""
    city = suite.officer("650400", "650402")
    made = {}
    for n, role in enumerate(("institution", "assessor")):
        draft = {
            "authority": "650402",
            "credit_code": credit_code.complete(f"52650402MJY{n:06d}"),
            "name": f"高昌区示例{role}",
            "short_name": role,
            "nature": "private_school",
            "address": "高昌区示例路1号",
            "roles": [role],
            "responsible_person": {"name": worlds.SIGNER, "phone": "13800000000"},
        }
        made[role] = (await city.post("/organisations", draft))["id"]
        paper = {
            "role": role,
            "document_number": "高人社发〔2020〕示例1号",
            "from_date": "2020-03-01",
        }
        listed = {"state": "listed", "reason": "经查验符合条件"}
        scope = {"kind": "skill", "to_date": "2022-12-31"}
        await city.post(f"/organisations/{made[role]}/standings", paper | listed)
        await city.post(f"/organisations/{made[role]}/licences", paper | scope)
    offering = {
        "kind": "skill",
        "code_source": "local",
        "subject_name": "中式面点师",
        "level": 5,
        "hours": 8,
        "certificate_kind": "skill_level",
    }
    made["offering"] = (await city.post("/offerings", offering))["id"]
    for directory in ("offerings", "institutions", "assessors"):
        await city.post("/editions", {"directory": directory})
    contract = {
        "authority": "650402",
        "organisation_id": made["institution"],
        "offering_id": made["offering"],
        "target": "m06",
        "places": 50,
        "price_fen_per_person": 120_000,
        "document_number": "高采〔2020〕示例1号",
        "from_date": "2020-03-01",
        "to_date": "2020-12-31",
    }
    made["commission"] = (await city.post("/commissions", contract))["id"]
    return made


def _filing(made: dict[str, Any]) -> dict[str, Any]:
    return {
        "basis": "commission",
        "route": "commitment",
        "authority": "650402",
        "commission_id": made["commission"],
        "target": "m06",
        "offering_id": made["offering"],
        "name": "2020示例面点师五级1等级证",
        "place": "高昌区示例路1号",
        "starts_on": FIRST_DAY.isoformat(),
        "ends_on": (FIRST_DAY + timedelta(days=1)).isoformat(),
        "capacity": 30,
        "listed": False,
        "sessions": [worlds.session_body(FIRST_DAY + timedelta(days=n)) for n in range(2)],
        "commitment": worlds.commitment(),
    }


async def _life(suite: real_suite.RealSuite) -> dict[str, Any]:
    """Live one class; return what the public API tells of it."""
    await suite.at(_at(date(2020, 3, 2)))
    made = await _directory(suite)
    role = Role.ORGANISATION
    school, assessor = (
        suite.by(Principal(f"client:{name}", role, organisation=real_suite.UUID(made[name])))
        for name in ("institution", "assessor")
    )
    filed = await school.post("/classes", _filing(made))
    office = suite.officer("650402")
    await office.post(
        f"/classes/{filed['id']}/assessor",
        {"assessor_id": made["assessor"], "on": (FIRST_DAY + timedelta(days=1)).isoformat()},
    )
    numbers = [resident_id.complete(f"6521011990010{n}001") for n in range(1, 7)]
    lines = ["姓名,身份证号,班级编号"]
    lines += [f"{name},{n},{filed['code']}" for name, n in zip(NAMES, numbers, strict=True)]
    roster = await school.post("/rosters?filename=a.csv", content="\n".join(lines).encode())
    await _confirm(suite, filed["id"], numbers)
    seen = await school.get(f"/classes/{filed['id']}")
    for session in seen["sessions"]:
        await suite.at(datetime.fromisoformat(session["ends_at"]) + timedelta(minutes=5))
        sheet = await school.get(f"/classes/{filed['id']}/sign-in-sheet")
        present = [one["enrolment_id"] for one in sheet["people"]]
        await school.post(f"/sessions/{session['id']}/attendance", {"present": present})
    await suite.at(_at(FIRST_DAY + timedelta(days=5)))
    await _certify(assessor, filed["id"])
    await suite.at(_at(FIRST_DAY + timedelta(days=6)))
    city = suite.officer("650400", "650402", "650421", "650422", "6504L1")
    progress = await city.get("/progress")
    target = next(t for t in progress["targets"] if t["id"] == "m06")
    return {
        "accepted": roster["rows_accepted"],
        "counts": (await school.get(f"/classes/{filed['id']}"))["counts"],
        "progress": {k: target[k] for k in ("started", "completed", "certified")},
    }


async def _confirm(suite: real_suite.RealSuite, class_id: str, numbers: list[str]) -> None:
    """Let everybody answer; the last one leaves again before the class starts."""
    counter = suite.officer("650402")
    for n, (name, number) in enumerate(zip(NAMES, numbers, strict=True)):
        code = await counter.post("/binding-codes", {"id_number": number, "name": name})
        person = await suite.bound(code["code"])
        if n == DECLINES:
            await person.post("/me/refusals", {"class_id": class_id})
            continue
        seen = await person.get(f"/me/invitations/{class_id}", language="zh-Hans")
        shown = seen["texts"][0]
        yes = {key: shown[key] for key in ("version", "language")}
        yes["text_sha256"] = shown["sha256"]
        place = await person.post("/me/confirmations", {"class_id": class_id} | yes)
        if n == LEAVES:
            await person.post("/me/departures", {"enrolment_id": place["enrolment_id"]})


async def _certify(assessor: real_suite.Caller, class_id: str) -> None:
    people = (await assessor.get(f"/classes/{class_id}/enrolments"))["items"]
    day = (FIRST_DAY + timedelta(days=2)).isoformat()
    passed = [
        {"enrolment_id": one["enrolment_id"], "outcome": "passed", "assessed_on": day}
        for one in people
    ]
    await assessor.post(f"/classes/{class_id}/results", {"results": passed})
    issued = [
        {
            "enrolment_id": one["enrolment_id"],
            "number": f"S000165000001205{n:06d}",
            "issued_on": day,
        }
        for n, one in enumerate(people, 1)
    ]
    await assessor.post(f"/classes/{class_id}/certificates", {"certificates": issued})


async def test_a_class_lived_under_kill_9_counts_as_without(suite: real_suite.RealSuite) -> None:
    """Every process is killed now and then; requests are sent again with their keys."""
    async with suite.looked_after():
        with suite.killing(7, every=9):
            told = await _life(suite)
    assert told == {
        "accepted": 6,
        "counts": {"confirmed": 4, "not_confirmed": None, "completed": 4, "certified": 4},
        "progress": {"started": 4, "completed": 4, "certified": 4},
    }
    assert len(suite.killed) >= 3
    assert _check(suite.data) == 0


def _check(data: Path) -> int:
    command = [sys.executable, "-m", "services", "check", str(data)]
    return subprocess.run(command, check=False).returncode
