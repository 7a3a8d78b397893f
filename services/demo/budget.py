"""The cast's money: funds and rates labelled 示例, who is on which list, who claims what.

Who stands on a list or forgets an account is drawn from the crowd by age and order, the same on
every run; nothing here decides anything.
"""

from dataclasses import dataclass, field
from datetime import date

from services.demo import cast, crowd
from services.demo.crowd import Crowd, Fate, Invitation
from services.demo.people import Person

SPECIAL, EMPLOYMENT = "special", "employment"
TRAINING, LIVING = "training_subsidy", "living_allowance"
YEAR = 2020
# 三(四)16 counts one category of person only, known once a line is decided.
BY_CATEGORY = "m16"
FEN = 100
DOCUMENT = "{}〔2020〕示例{}号"
# 肉孜节 and 古尔邦节: the first round's notice stands over the second.
REGIONAL_HOLIDAYS = ("2020-05-25", "2020-07-31")
DAY_RATES_YUAN = {"650402": 20, "650421": 18, cast.MUNICIPAL: 25}  # the others stay unset


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in, in yuan, by a document of its own."""

    authority: str
    fund: str
    purpose: str
    yuan: int
    opening: bool = False

    @property
    def document(self) -> str:
        """Number the document by what it is for."""
        sort = "期初" if self.opening else "到账"
        return DOCUMENT.format(
            f"{cast.AUTHORITIES[self.authority]}财社", f"{sort} {self.fund} {self.purpose}"
        )


RECEIPTS = (
    Receipt("650402", SPECIAL, TRAINING, 20_000, opening=True),
    Receipt("650402", SPECIAL, TRAINING, 60_000),
    Receipt("650402", EMPLOYMENT, TRAINING, 120_000),
    Receipt("650402", EMPLOYMENT, LIVING, 30_000),
    Receipt("650421", SPECIAL, TRAINING, 60_000, opening=True),
    Receipt("650421", EMPLOYMENT, LIVING, 20_000),
    Receipt("650422", SPECIAL, TRAINING, 120_000),
    Receipt(cast.MUNICIPAL, SPECIAL, TRAINING, 200_000),
    Receipt(cast.MUNICIPAL, EMPLOYMENT, LIVING, 30_000, opening=True),
    Receipt("6504L1", SPECIAL, TRAINING, 100_000),
)
REFILLED = "650421"
REFILL = Receipt(REFILLED, SPECIAL, TRAINING, 200_000)


@dataclass(frozen=True, slots=True)
class ClaimPlan:
    """A claim: which classes of one organisation, by commitment or by documents."""

    keys: tuple[str, ...]
    route: str = "documents"
    own_fund_fen: int | None = None


def _promised(*keys: str) -> tuple[ClaimPlan, ...]:
    return tuple(ClaimPlan((key,), "commitment") for key in keys)


def _papers(*keys: str) -> tuple[ClaimPlan, ...]:
    return tuple(ClaimPlan((key,)) for key in keys)


# In order: an empty fund lets the later ones wait.
FIRST_ROUND = (
    *_promised("gc-cook-a", "gc-grape-a"),
    *_papers("gc-sewing-b"),
    *_promised("gc-cook-b"),
    ClaimPlan(("ss-waiter-a", "ss-electric-a")),
    *_papers("ss-induction-a", "ss-wiring-b", "ss-grape-b"),
    *_papers("tk-sewing-a"),
    *_promised("tk-grape-b", "tk-machines-b"),
    *_promised("mu-guide-a"),
    *_papers("mu-electric-a", "mu-business-b"),
    *_promised("sf-sewing-b"),
)
SECOND_ROUND = (
    *_promised("gc-machines-c", "gc-grape-d"),
    *_papers("ss-induction-c", "ss-waiter-d"),
    ClaimPlan(("ss-transfer-d",), own_fund_fen=20_000),
    *_papers("tk-wiring-c"),
    *_promised("tk-cook-d"),
    *_papers("mu-nurse-c", "mu-cook-d"),
    *_promised("sf-guide-c"),
    *_papers("sf-waiter-d"),
)
EARLY = ClaimPlan(("gc-business-c",))  # claimed before the second half-year's lists came in
TRIED = "gc-cook-a"  # dry run first
CORRECTED = "gc-grape-a"  # a sign-in was forgotten: corrected, then only refused lines are resent
TAKEN_BACK = "mu-guide-a"  # withdrawn, and claimed again with documents
SENT_BACK = "tk-machines-b"  # returned for correction
LOOKED_INTO = "gc-sewing-b"  # a sampled line does not stand; two objections
MISTAKEN = "gc-cook-b"  # somebody is on the pensioners' list by mistake and appeals
HALF_ANSWERED = "6504L1"  # whose bank has answered for half of the last batch

PENSIONED = ("gc-cook-a", "ss-waiter-a", "mu-guide-a", "sf-sewing-b", "mu-cook-d")
RESIDENTS = ("gc-grape-a", "tk-machines-b")
PAYROLL = ("gc-cook-b", "ss-wiring-b", "mu-business-b", "tk-cook-d")
EARLIER_LEVEL, EARLIER_YEAR = "gc-cook-a", "mu-business-b"
POOR = ("gc-cook-b", "tk-cook-d")  # classes of measure 16, half of them 建档立卡
INSURED = ("ss-induction-a", "ss-induction-c")
ALLOWANCES = {
    1: ("gc-cook-a", "gc-grape-a", "ss-waiter-a", "mu-guide-a", "tk-sewing-a"),
    2: ("gc-machines-c", "ss-waiter-d", "mu-cook-d"),
}
LISTED_MANY, LEAVING = 5, "gc-grape-a"


@dataclass(frozen=True, slots=True)
class Claimant:
    """A person who claims the living allowance, and what is known of them."""

    invitation: Invitation
    round: int
    listed: str = ""  # the category that an office's list says
    says: str = ""  # the answer about all groups in the own statement; empty: skipped
    account: str = ""  # the number entered on the phone; empty: none yet


@dataclass(slots=True)
class Marks:
    """Who is on which list, from the first day of their class on."""

    pensioners: dict[str, Person] = field(default_factory=dict)
    residents: list[Person] = field(default_factory=list)
    mistaken: Person | None = None
    payroll: dict[str, Person] = field(default_factory=dict)
    same_level: list[Person] = field(default_factory=list)
    same_year: list[Person] = field(default_factory=list)
    insured: list[Person] = field(default_factory=list)
    insured_elsewhere: Person | None = None
    own_word_staff: Invitation | None = None
    lists: dict[str, dict[str, list[Person]]] = field(default_factory=dict)
    claimants: list[Claimant] = field(default_factory=list)
    stating: list[Invitation] = field(default_factory=list)


def number(person: Person, *, good: bool = True) -> str:
    """Invent an account of nineteen digits; the bank has closed those that end in four zeros."""
    tail = 1 + int(person.phone[-4:]) % 9998 if good else 0
    return f"1040{person.phone}{tail:04}"


def of_organisation(key: str, *, good: bool = True) -> str:
    """Invent an organisation's account."""
    place = [one.key for one in cast.ORGANISATIONS].index(key)
    return f"65001612340{place:04}{'0525' if good else '0000'}"


def able(gathered: Crowd, key: str) -> list[Invitation]:
    """List the adults of a class who came, passed and are written as they are, oldest first."""
    room = cast.CLASSES[[plan.key for plan in cast.CLASSES].index(key)]
    found = [
        one
        for one in gathered.invited[key]
        if one.fate is Fate.CONFIRM
        and not one.minor
        and one.written == one.person.name
        and _comes(one)
        and crowd.exam(room, one.person.name) == "passed"
    ]
    return sorted(found, key=lambda one: (one.person.born, one.person.id_number))


def _comes(one: Invitation) -> bool:
    days = len(cast.days_of(one.plan))
    there = sum(crowd.present(one.person.name, one.plan, n) for n in range(days))
    return there * 5 >= days * 4


def marks(gathered: Crowd) -> Marks:
    """Draw who is who."""
    found = Marks()
    for key in PENSIONED:
        found.pensioners[key] = able(gathered, key)[0].person
    found.residents = [able(gathered, key)[0].person for key in RESIDENTS]
    found.mistaken = able(gathered, MISTAKEN)[0].person
    for key in PAYROLL:
        found.payroll[key] = able(gathered, key)[1].person
    found.same_level = [one.person for one in able(gathered, EARLIER_LEVEL)[1:3]]
    found.same_year = [able(gathered, EARLIER_YEAR)[2].person]
    found.stating = able(gathered, EARLY.keys[0])[:6]
    _staff(found, gathered)
    for key in POOR:
        people = [one.person for one in able(gathered, key)[2:]][::2]
        authority = gathered.invited[key][0].plan.authority
        found.lists.setdefault(authority, {}).setdefault("poor_household", []).extend(people)
    for turn, keys in ALLOWANCES.items():
        for key in keys:
            _claimants(found, gathered, turn, key)
    return found


def _staff(found: Marks, gathered: Crowd) -> None:
    """Put the enterprise's staff on the insured list: one is another's, one says so alone."""
    for key in INSURED:
        staff = [one.person for one in gathered.invited[key]]
        found.insured += staff
    elsewhere, alone, forgotten = able(gathered, INSURED[0])[:3]
    found.insured_elsewhere, found.own_word_staff = elsewhere.person, alone
    out = {one.person.id_number for one in (elsewhere, alone, forgotten)}
    found.insured = [one for one in found.insured if one.id_number not in out]


def _claimants(found: Marks, gathered: Crowd, turn: int, key: str) -> None:
    """Let some of a class claim: most on a list, one by own word, one in no group, one silent."""
    taken = {one.id_number for one in (*found.pensioners.values(), *found.same_level)}
    people = [one for one in able(gathered, key)[::-1] if one.person.id_number not in taken]
    authority = people[0].plan.authority
    for at, one in enumerate(people[: LISTED_MANY + 3]):
        listed = "poor_household" if at % 2 else "hard_to_employ"
        says = ("yes", "no", "")[at - LISTED_MANY] if at >= LISTED_MANY else ""
        if at >= LISTED_MANY:
            listed = ""
        account = number(one.person, good=(turn, key, at) != (1, "gc-cook-a", 1))
        if (turn, key, at) == (1, "ss-waiter-a", 0):
            account = ""
        found.claimants.append(Claimant(one, turn, listed, says, account))
        if listed:
            found.lists.setdefault(authority, {}).setdefault(listed, []).append(one.person)
    if key == LEAVING:
        leaver = next(one for one in gathered.invited[key] if one.fate is Fate.LEAVE)
        found.claimants.append(Claimant(leaver, turn, "poor_household", "", number(leaver.person)))
        found.lists[authority]["poor_household"].append(leaver.person)


def first_day(key: str) -> date:
    """Say when a class begins."""
    return cast.days_of(next(plan for plan in cast.CLASSES if plan.key == key))[0]
