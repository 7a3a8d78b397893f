"""The life of a class of seven in which the status of one person is all that can differ."""

from dataclasses import dataclass
from datetime import date
from itertools import count

import pytest

from services.claims.submissions.schemas import ALLOWANCE_STATEMENTS
from tests.claims.notices import world as notices
from tests.claims.payments import world as payments
from tests.claims.review import world as desk
from tests.claims.submissions import world as claims
from tests.claims.two_worlds.looking import Diary, claim
from tests.registry import asking, people
from tests.registry import test_assessments as assessed
from tests.registry import test_benefits as benefits
from tests.registry import test_certificates as certificates
from tests.registry import world as registry
from tests.registry.world import FIRST_DAY, LAST_DAY, Place, Room, World, ok
from tests.suite import Suite

GAOCHANG = claims.GAOCHANG
WELL = {"monthly_pension": "none", "public_payroll": "no", "poor_household": "yes"}
# What the one person says in each world; in the first it can be paid.
SAID = {
    "payable": WELL,
    "pensioner": WELL | {"monthly_pension": "employees"},
    "public payroll": WELL | {"public_payroll": "yes"},
    "slot used": WELL,
    "earlier benefit": WELL,
    "said nothing": {},
    "no word of a pension": {"public_payroll": "no", "poor_household": "yes"},
}
NOT_PAYABLE = tuple(SAID)[1:]
TAKE = (
    "insert into slots (trainee_id, slot_key, enrolment_id, state, line_id, at)"
    " values ($1, '2020:skill', gen_random_uuid(), 'taken', gen_random_uuid(), now())"
    " on conflict (trainee_id, slot_key) do update set enrolment_id = excluded.enrolment_id,"
    " state = 'taken', line_id = excluded.line_id, hold = null"
)
FREE = (
    "delete from slots s where state = 'taken' and not exists"
    " (select 1 from claim_lines l where l.id = s.line_id)"
)
# Sequences that tests number their people and organisations by.
SERIALS = (registry, people)


@dataclass(slots=True)
class Life:
    """A world with its diary."""

    kind: str
    here: World
    room: Room
    places: list[Place]
    diary: Diary

    @property
    def suite(self) -> Suite:
        """Return the suite."""
        return self.here.suite

    @property
    def one(self) -> Place:
        """Return the place of the person whose status differs."""
        return self.places[3]

    async def ask(self, what: str, path: str, body: object = None) -> None:
        """Let the institution send something, and write the answer down."""
        client = self.suite.service("claims", self.here.institution.principal)
        self.diary.note(what, await client.post(path, json=body))

    async def file(self, when: str) -> None:
        """Try the claim, file it, let the checks run, look."""
        await self.ask(f"{when}, tried", "/claims?dry_run=true", claim(self.room.id))
        await self.ask(f"{when}, filed", "/claims", claim(self.room.id))
        await self.suite.settle()
        await self.diary.look(when)

    async def withdraw(self, when: str, n: int) -> None:
        """Take the n-th claim back, and look."""
        rows = await self.suite.sql("claims", "select id from claims order by submitted_at, id")
        await self.ask(f"{when}, asked", f"/claims/{rows[n]['id']}/withdrawal")
        await self.suite.settle()
        await self.diary.look(when)

    async def appeal(self, when: str, answer: str) -> None:
        """Let the person appeal against the line that stands, an officer answer; look twice."""
        me = self.suite.service("claims", self.suite.trainee(self.one.trainee_id))
        line = ok(await me.get("/me/claim-lines"))["items"][-1]
        words = {"line_id": line["id"], "text": "我认为这个决定不对。"}
        made = ok(await me.post("/me/appeals", json=words), 201)
        await self.diary.look(f"{when}, asked")
        body = {"answer": answer, "text": "已核实有关情况。"}
        officer = desk.officer(self.suite)
        ok(await officer.post(f"/appeals/{made['id']}/answer", json=body), 201)
        await self.suite.settle()
        await self.diary.look(when)

    async def mend(self) -> None:
        """Correct what stands in the one person's way."""
        if self.kind == "slot used":
            await self.suite.sql("claims", FREE)
        if self.kind == "earlier benefit":
            someone = await people.person(self.suite, "艾力·买买提")
            await self._earlier(someone.id_number)
        if SAID[self.kind] != WELL:
            ok(await asking.state(self.one.person, self.room.id, **WELL))

    async def review(self, when: str, word: str = "reviewed") -> None:
        """Decide all that is on the desk, and look."""
        rows = await self.suite.sql(
            "claims",
            "select l.claim_id, bool_or(r.sampled) as drawn from claim_lines l"
            " join line_reviews r on r.line_id = l.id where l.state = 'approvable' group by 1",
        )
        for row in rows:
            passed = word == "reviewed"
            if passed and row["drawn"]:
                await desk.look(self.suite, row["claim_id"])
            about = {} if passed else {"about": "teaching"}
            body = desk.decision(row["claim_id"], word, **about)
            ok(await desk.officer(self.suite).post("/review-decisions", json=body), 201)
        await self.suite.settle()
        await self.diary.look(when)

    async def publish(self, when: str) -> None:
        """Publish what is reviewed, look; let the notice end, look."""
        officer = desk.officer(self.suite)
        ok(await officer.post("/notices", json={"authority": GAOCHANG}), 201)
        await self.suite.settle()
        await self.diary.look(f"{when}, published")
        self.here.at(self.suite.clock.today().replace(month=self.suite.clock.today().month + 1))
        await self.suite.settle()
        await self.diary.look(f"{when}, ended")

    async def pay(self, when: str, *, look: bool = True, **changes: str) -> None:
        """Pay what is payable, look between the steps unless told."""
        officer = payments.money(self.suite)
        batch = await payments.issued(officer, **changes)
        if look:
            await self.diary.look(f"{when}, issued")
        rows = await payments.sheet(officer, batch["id"])
        await payments.returned(officer, batch["id"], [payments.said(row) for row in rows])
        await self.suite.settle()
        if look:
            await self.diary.look(f"{when}, paid")

    async def rate(self) -> None:
        """Set the allowance's rate and give it money."""
        first, second = desk.officer(self.suite), desk.officer(self.suite)
        entered = ok(await first.post("/allowance-rates", json=notices.RATE), 201)
        ok(await second.post(f"/allowance-rates/{entered['id']}/confirmation"), 201)
        await claims.money(self.suite, fund="employment", purpose="living_allowance")

    async def claim_allowance(self) -> None:
        """Let the one person claim the living allowance, to the own account."""
        account = {"bank": "示例银行", "account_number": asking.CARD, "holder": self.one.name}
        ok(await self.one.person.client.post("/me/bank-account", json=account), 201)
        body = {
            "class_id": str(self.room.id),
            "route": "commitment",
            "commitment": {
                "matter": "claim-living-allowance",
                "version": "2019-09-17.1",
                "language": "ug",
                "statements": list(ALLOWANCE_STATEMENTS),
            },
        }
        me = self.suite.service("claims", self.suite.trainee(self.one.trainee_id))
        filed = ok(await me.post("/claims/living-allowance", json=body), 201)
        assert filed["lines"] == {"approvable": 1}
        await self.suite.settle()

    async def _earlier(self, number: str) -> None:
        training = benefits.benefit(number, on="2020-01-20")
        ok(await self.here.officer.post("/benefits", json=benefits.ledger(training)), 201)

    async def differ(self) -> None:
        """Make the one person's status what it is in this world."""
        if self.kind == "slot used":
            await self.suite.sql("claims", TAKE, self.one.trainee_id)
        if self.kind == "earlier benefit":
            await self._earlier(self.one.person.id_number)
        if SAID[self.kind]:
            ok(await asking.state(self.one.person, self.room.id, **SAID[self.kind]))


async def _account(suite: Suite, organisation: str) -> None:
    """Let the institution enter its account and an officer confirm it."""
    own = suite.service("institutions", suite.organisation(organisation))
    body = {"bank": "示例银行", "account_number": "65001612340", "holder": "高昌区示例培训学校"}
    made = ok(await own.post(f"/organisations/{organisation}/accounts", json=body), 201)
    officer = suite.service("institutions", suite.officer(GAOCHANG))
    path = f"/organisation-accounts/{made['id']}/confirmation"
    ok(await officer.post(path, json={"account_number": "65001612340"}), 201)


async def taught(suite: Suite, kind: str, again: pytest.MonkeyPatch) -> Life:
    """Teach a class of seven to its certificates in an empty suite; six can be paid."""
    await suite.clean()
    for module in SERIALS:
        again.setattr(module, "_serial", count(1))
    await claims.permit(suite)
    here = await registry.world(suite)
    await claims.money(suite)
    days = {"authority": desk.CITY, "year": 2020, "number": "新政办明电〔2020〕示例1号"}
    city = desk.officer(suite, desk.CITY)
    ok(await city.post("/holidays", json=days | {"rests": [], "works": []}), 201)
    await _account(suite, str(here.institution.id))
    room = await here.file_class()
    named = {"assessor_id": str(here.assessor.id), "on": LAST_DAY.isoformat()}
    ok(await here.institution.client.post(f"/classes/{room.id}/assessor", json=named))
    places = await here.enrol(room, 7)
    diary = Diary(suite, here.institution.principal)
    diary.know(key for place in places for key in (place.enrolment_id, place.trainee_id))
    life = Life(kind, here, room, places, diary)
    await life.differ()
    for place in places:
        if place is not life.one:
            ok(await asking.state(place.person, room.id, **WELL))
    await suite.settle()
    await diary.look("confirmed")
    here.at(FIRST_DAY, 10, 1)
    await suite.settle()
    await here.teach(room, [places] * len(room.sessions))
    here.at(LAST_DAY, 18)
    results = [assessed.result(place) for place in places]
    ok(await assessed.file(here.assessor.client, room, *results), 201)
    here.at(date(2020, 3, 25))
    issued = [certificates.line(one, certificates.number(n)) for n, one in enumerate(places, 1)]
    ok(await certificates.issue(here.assessor.client, room, *issued), 201)
    await suite.settle()
    await diary.look("taught")
    return life
