"""Who plays: offices, organisations and what they teach. All invented but the names of the places.

Three schools bear the names that the plan gives them targets by; nothing else about them is real.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from shared.standards import credit_code

SEED = 2020
MUNICIPAL = "650400"
AUTHORITIES = {
    "650402": "高昌区",
    "650421": "鄯善县",
    "650422": "托克逊县",
    "6504L1": "示范区",
    MUNICIPAL: "市本级",
}
OFFICES = {"hrss": "人社局职业能力建设科", "service": "就业服务中心"}
FINANCE = "finance"
FRIDAY = 5
FIRST_DAY = date(2020, 1, 6)
LICENSED_UNTIL = date(2022, 12, 31)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation and what it asks a licence for: kinds it teaches, or subjects it assesses."""

    key: str
    authority: str
    name: str
    short_name: str
    nature: str
    role: str
    address: str
    signer: str
    body: str  # of its credit code, without the check character
    licences: tuple[str, ...] = ()

    @property
    def credit_code(self) -> str:
        """An invented code with a right check character."""
        return credit_code.complete(self.body)


ORGANISATIONS = (
    Organisation(
        *("college", MUNICIPAL, "吐鲁番职业技术学院", "职院", "public_school", "institution"),
        *("吐鲁番市示例大道1号", "买买提江·吐尔逊", "1265210045810001A"),
        ("skill", "startup"),
    ),
    Organisation(
        *("shanshan", "650421", "鄯善县技工学校", "鄯善技校", "public_school", "institution"),
        *("鄯善县示例路2号", "李建华", "1265042145810002B"),
        ("skill", "safety"),
    ),
    Organisation(
        *("toksun", "650422", "托克逊县技工学校", "托克逊技校", "public_school", "institution"),
        *("托克逊县示例路3号", "阿依古丽·艾山", "1265042245810003C"),
        ("skill", "safety"),
    ),
    Organisation(
        *("huozhou", "650402", "高昌区火洲职业培训学校（示例）", "火洲培训学校"),
        *("private_school", "institution", "高昌区示例街4号", "马国林", "52650402MJX000004"),
        ("skill", "startup"),
    ),
    Organisation(
        *("putao", "6504L1", "示范区葡萄沟职业培训中心（示例）", "葡萄沟培训中心"),
        *("private_school", "institution", "示范区示例园区5号", "古丽娜尔·热合曼"),
        *("52650402MJX000005", ("skill",)),
    ),
    Organisation(
        *("fruit", "650421", "鄯善火焰山果业有限公司（示例）", "火焰山果业", "enterprise"),
        *("employer", "鄯善县示例工业园6号", "王志强", "91650421MA7800006"),
    ),
    Organisation(
        *("centre", MUNICIPAL, "吐鲁番市技能评价中心（示例）", "市评价中心"),
        *("public_institution", "assessor", "吐鲁番市示例大道7号", "陈晓梅", "12652100458100077"),
        ("skill",),
    ),
    Organisation(
        *("west", "650402", "西域技能评价有限公司（示例）", "西域评价", "enterprise", "assessor"),
        *("高昌区示例街8号", "张文涛", "91650402MA7800008", ("skill",)),
    ),
)


@dataclass(frozen=True, slots=True)
class Offering:
    """An entry of the catalogue; the rate is an example in yuan, None stays unset."""

    key: str
    kind: str
    subject: str
    level: int | None
    hours: int
    certificate: str
    rate_yuan: int | None

    @property
    def days(self) -> int:
        """Sessions of eight class hours."""
        return self.hours // HOURS_A_DAY


HOURS_A_DAY = 8

OFFERINGS = (
    Offering("cook", "skill", "中式烹调师", 5, 80, "skill_level", 1200),
    Offering("waiter", "skill", "餐厅服务员", 5, 80, "skill_level", 1000),
    Offering("nurse", "skill", "育婴员", 5, 64, "skill_level", None),
    Offering("electrician", "skill", "电工", 4, 160, "skill_level", 2000),
    Offering("grape", "skill", "葡萄栽培与晾制", None, 40, "completion", 600),
    Offering("guide", "skill", "旅游讲解与民宿服务", None, 80, "completion", 1000),
    Offering("machines", "skill", "农机使用与维修", None, 80, "special_ability", 1000),
    Offering("sewing", "skill", "缝纫工", None, 80, "special_ability", 900),
    Offering("business", "startup", "创办你的企业", None, 40, "completion", 800),
    Offering("induction", "induction", "果品加工岗前培训", None, 80, "completion", 700),
    Offering("warehouse", "transfer", "仓储管理转岗", None, 40, "completion", 600),
    Offering("wiring", "safety", "低压电工作业", None, 24, "permit", 500),
)
LATER_OFFERING = Offering("dried", "skill", "果品贮藏加工", None, 40, "completion", 600)


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """A class: where, by whom, of what, for which target, when, and how many are invited."""

    key: str
    authority: str
    organisation: str
    offering: str
    target: str
    wave: str
    places: int
    basis: str = "commission"
    rows: int | None = None  # None: as many as there are places
    listed: bool = False
    leavers: int = 0
    assessor: str = ""

    @property
    def invited(self) -> int:
        """How many people the organisation invites."""
        return self.places if self.rows is None else self.rows


WAVES = {
    "A": date(2020, 3, 16),
    "B": date(2020, 5, 18),
    "C": date(2020, 8, 24),
    "D": date(2020, 10, 19),
}
# A long class is taught in two blocks: the first days of its wave, and of the next.
BLOCK_DAYS = 10
YEAR_OVER = date(2021, 1, 5)

CLASSES = (
    ClassPlan("gc-cook-a", "650402", "huozhou", "cook", "m06", "A", 34, assessor="west"),
    ClassPlan("gc-grape-a", "650402", "huozhou", "grape", "m07", "A", 36, leavers=3),
    ClassPlan(
        *("gc-sewing-b", "650402", "huozhou", "sewing", "m14", "B", 34, "directory"),
        leavers=3,
        assessor="centre",
    ),
    ClassPlan("gc-cook-b", "650402", "huozhou", "cook", "m16", "B", 34, leavers=4, assessor="west"),
    ClassPlan(
        *("gc-business-c", "650402", "huozhou", "business", "m12", "C", 34, "directory"),
        rows=28,
        listed=True,
    ),
    ClassPlan("gc-machines-c", "650402", "huozhou", "machines", "m09", "C", 34, assessor="centre"),
    ClassPlan("gc-grape-d", "650402", "huozhou", "grape", "m07", "D", 36, leavers=3),
    ClassPlan(
        *("ss-waiter-a", "650421", "shanshan", "waiter", "school-employment:shanshan", "A", 34),
        basis="directory",
        assessor="centre",
    ),
    ClassPlan("ss-induction-a", "650421", "fruit", "induction", "m01", "A", 34, "agreement"),
    ClassPlan(
        *("ss-electric-a", "650421", "shanshan", "electrician", "school-upgrade:shanshan", "A"),
        *(32, "directory"),
        leavers=3,
        assessor="west",
    ),
    ClassPlan("ss-wiring-b", "650421", "shanshan", "wiring", "m05", "B", 34, "directory"),
    ClassPlan("ss-grape-b", "650421", "shanshan", "grape", "m07", "B", 36, leavers=4),
    ClassPlan("ss-induction-c", "650421", "fruit", "induction", "m01", "C", 34, "agreement"),
    ClassPlan("ss-waiter-d", "650421", "shanshan", "waiter", "m10", "D", 34, assessor="west"),
    ClassPlan("ss-transfer-d", "650421", "fruit", "warehouse", "m04", "D", 24, "agreement"),
    ClassPlan(
        *("tk-sewing-a", "650422", "toksun", "sewing", "school-employment:toksun", "A", 34),
        basis="directory",
        assessor="west",
    ),
    ClassPlan("tk-grape-b", "650422", "toksun", "grape", "m07", "B", 36, leavers=3),
    ClassPlan(
        *("tk-machines-b", "650422", "toksun", "machines", "m09", "B", 34),
        leavers=3,
        assessor="centre",
    ),
    ClassPlan("tk-wiring-c", "650422", "toksun", "wiring", "m05", "C", 34, "directory"),
    ClassPlan("tk-cook-d", "650422", "toksun", "cook", "m16", "D", 34, assessor="west"),
    ClassPlan("mu-guide-a", MUNICIPAL, "college", "guide", "m10", "A", 34),
    ClassPlan(
        *("mu-electric-a", MUNICIPAL, "college", "electrician", "m02", "A", 32, "directory"),
        assessor="centre",
    ),
    ClassPlan("mu-business-b", MUNICIPAL, "college", "business", "m13", "B", 28, "directory"),
    ClassPlan("mu-nurse-c", MUNICIPAL, "college", "nurse", "m15", "C", 32, assessor="centre"),
    ClassPlan("mu-cook-d", MUNICIPAL, "college", "cook", "m06", "D", 34, assessor="centre"),
    ClassPlan(
        *("sf-sewing-b", "6504L1", "putao", "sewing", "m11", "B", 34), assessor="west", leavers=2
    ),
    ClassPlan("sf-guide-c", "6504L1", "putao", "guide", "m10", "C", 34),
    ClassPlan(
        *("sf-waiter-d", "6504L1", "putao", "waiter", "m11", "D", 34, "directory"),
        assessor="centre",
    ),
    ClassPlan("sf-guide-d", "6504L1", "putao", "guide", "m10", "D", 20, rows=0),
)

# One class is returned for want of papers and filed again; one counts for another target in the
# end; one is voided after a visit found it empty; one is withdrawn before it starts.
RETURNED = "gc-sewing-b"
RETARGETED = ("mu-nurse-c", "m14")
VOIDED = "ss-transfer-d"
WITHDRAWN = "sf-guide-d"
# One class's last session is cancelled, so it taught too few hours; one person's certificate is
# never written. Nothing is owed for either, and the claims say so.
UNDERTAUGHT = "tk-grape-b"
UNCERTIFIED = "sf-sewing-b"


def organisation(key: str) -> Organisation:
    """Find an organisation of the cast."""
    return next(one for one in ORGANISATIONS if one.key == key)


def offering(key: str) -> Offering:
    """Find an offering of the cast."""
    return next(one for one in OFFERINGS if one.key == key)


def days_of(plan: ClassPlan) -> list[date]:
    """List the working days on which a class meets."""
    count = offering(plan.offering).days
    first = working_days(WAVES[plan.wave], min(count, BLOCK_DAYS))
    if count <= BLOCK_DAYS:
        return first
    waves = list(WAVES)
    later = WAVES[waves[waves.index(plan.wave) + 1]]
    return first + working_days(later, count - BLOCK_DAYS)


def working_days(first: date, count: int) -> list[date]:
    """List days from Monday to Friday."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.isoweekday() <= FRIDAY:
            found.append(day)
        day += timedelta(days=1)
    return found


def of_wave(wave: str) -> tuple[ClassPlan, ...]:
    """List the classes of a wave."""
    return tuple(plan for plan in CLASSES if plan.wave == wave)
