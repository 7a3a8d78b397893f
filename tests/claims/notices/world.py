"""Reviewed lines of people whom the registry knows, ready to be published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from shared.principal import PUBLIC
from tests.claims.review import world as desk
from tests.claims.submissions import world as claims
from tests.registry import people
from tests.registry import world as registry
from tests.registry.world import ok
from tests.suite import Suite

Json = dict[str, Any]
GAOCHANG = desk.GAOCHANG
NAMES = ("古丽米热·买买提", "王小明", "欧阳娜娜", "Anna Smith")
RATE = {
    "authority": GAOCHANG,
    "fen_per_day": 2_000,
    "from_date": "2020-01-01",
    "document_number": "高人社发〔2020〕示例9号",
}


@dataclass(slots=True)
class Scene:
    """An institution with classes, and officers of Gaochang."""

    suite: Suite
    admitted: registry.World
    officer: httpx.AsyncClient
    public: httpx.AsyncClient

    async def room(self, target: str = "m06") -> registry.Room:
        """File a class."""
        room = await self.admitted.file_class(capacity=10)
        await self.suite.sql(
            "registry", "update training_classes set target = $1 where id = $2", target, room.id
        )
        return room

    async def persons(self, names: Sequence[str]) -> list[people.Person]:
        """Register people."""
        return [await people.person(self.suite, name) for name in names]

    async def subsidy(self, room: registry.Room, persons: Sequence[people.Person]) -> UUID:
        """File and review a class claim for people."""
        institution = self.admitted.institution.principal
        of = claims.course(self.admitted.institution.id, id=str(room.id))
        lines = [claims.line(of, person.id) for person in persons]
        claim = await desk.filed_of(self.suite, institution, of, lines)
        await self.suite.settle()
        await desk.reviewed(self.suite, claim)
        return claim

    async def allowance(self, room: registry.Room, person: people.Person) -> None:
        """File and review a person's own claim for the allowance."""
        of = claims.course(self.admitted.institution.id, id=str(room.id))
        facts = claims.told(of, [claims.line(of, person.id)])
        by = self.suite.trainee(person.id)
        result = await claims.file_allowance(self.suite, by, facts)
        assert result.filed.lines == {"approvable": 1}, result

    async def review_all(self) -> None:
        """Review every line that waits."""
        await self.suite.settle()
        rows = await self.suite.sql(
            "claims", "select distinct claim_id from claim_lines where state = 'approvable'"
        )
        for row in rows:
            drawn = await self.suite.sql(
                "claims",
                "select 1 from line_reviews where claim_id = $1 and sampled",
                row["claim_id"],
            )
            if drawn:
                await desk.look(self.suite, row["claim_id"])
            body = desk.decision(row["claim_id"])
            ok(await desk.officer(self.suite).post("/review-decisions", json=body), 201)

    async def rate(self) -> None:
        """Set the allowance's rate by two officers and give it money."""
        entered = ok(await self.officer.post("/allowance-rates", json=RATE), 201)
        second = desk.officer(self.suite)
        path = f"/allowance-rates/{entered['id']}/confirmation"
        assert (await second.post(path)).is_success
        await claims.money(self.suite, fund="employment", purpose="living_allowance")

    async def publish(self) -> Json:
        """Publish all that is reviewed; the notice as published."""
        made = ok(await self.officer.post("/notices", json={"authority": GAOCHANG}), 201)
        found: Json = ok(await self.public.get(f"/notices/{made['id']}"))
        return found

    async def object(self, notice: Json, number: int, text: str = "该学员未参加培训") -> Json:
        """Object to a number of a notice, and let the hold happen."""
        body = {"number": number, "text": text, "contact": "0995-0000000"}
        path = f"/notices/{notice['id']}/objections"
        found: Json = ok(await self.public.post(path, json=body), 201)
        await self.suite.settle()
        return found

    async def decided(self, objection: Json, finding: str, **more: Any) -> httpx.Response:
        """Let one officer find and another confirm."""
        body = {"finding": finding, "reason": "已核对签到表和影像", **more}
        path = f"/objections/{objection['id']}"
        ok(await self.officer.post(f"{path}/finding", json=body))
        return await desk.officer(self.suite).post(f"{path}/confirmation", json={"agreed": True})

    async def state_of(self, notice: Json, number: int) -> list[str]:
        """Return the states of the lines behind a number."""
        rows = await self.suite.sql(
            "claims",
            "select l.state from notice_lines n join claim_lines l on l.id = n.line_id"
            " where n.notice_id = $1 and n.number = $2",
            UUID(notice["id"]),
            number,
        )
        return [row["state"] for row in rows]

    async def later(self, **by: int) -> None:
        """Let time pass and do what is due."""
        self.suite.clock.at += timedelta(**by)
        await self.suite.settle()


async def scene(suite: Suite, *, holidays: bool = True) -> Scene:
    """Admit the institution, enter the year's holidays."""
    here = await registry.world(suite)
    if holidays:
        await desk.holidays(suite)
    return Scene(suite, here, desk.officer(suite), desk.client(suite, PUBLIC))
