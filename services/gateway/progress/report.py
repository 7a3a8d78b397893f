"""The report of the plan: goals of the pack beside the sums, each number shown or withheld."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.gateway.progress import rules, schemas
from services.gateway.progress.rules import Cell
from services.gateway.progress.schemas import Name, Sums, Withheld
from shared.plans import Plan, records

SCHOOLS = "schools"
SCHOOLS_NAME = records.Name("院校培训（四(二)）", "Schools' training")
DIGITS = 4
UNKNOWN = Sums(started=None, completed=None, certified=None, withheld=Withheld.UNKNOWN)
UNCOUNTED = Name(
    zh="只计贫困家庭劳动力；人员类别尚不能认定，数字未知。",
    en="Counts people of poor households only; categories cannot be decided yet: unknown.",
)
NO_TARGET = Name(
    zh="学制教育，只面向有就读意愿者，方案未设人次目标。",
    en="Schooling of those who want it; the plan sets no number.",
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a report is made of: sums of the view, and whose starters are exact or published."""

    sums: Mapping[tuple[str, str], tuple[int, int, int]]
    exact: frozenset[str]
    published: frozenset[str]
    published_split: frozenset[str]
    quarters: tuple[str, ...]
    authorities: tuple[str, ...]
    targets: frozenset[str]
    uncounted: frozenset[str]

    def of(self, *, targets: Collection[str] | None = None, authority: str | None = None) -> Sums:
        """Sum a selection; `started` only where all of it is exact, or all of it is published."""
        authorities = self.authorities if authority is None else (authority,)
        lines = self.targets if targets is None else targets
        places = ((target, code) for target in lines for code in authorities)
        found = [self.sums[place] for place in places if place in self.sums]
        # A sum over exact and published parts would tell the published part by subtraction.
        known = self.published_split if targets is not None else self.published
        shown = self.exact.issuperset(authorities) or known.issuperset(authorities)
        return Sums(
            started=sum(figures[0] for figures in found) if shown else None,
            completed=sum(figures[1] for figures in found),
            certified=sum(figures[2] for figures in found),
            withheld=None if shown else Withheld.SMALL_OR_RUNNING,
        )

    def of_target(self, target: str, authority: str | None = None) -> Sums:
        """Sum one target; unknown where whom it counts cannot be decided yet."""
        if target in self.uncounted:
            return UNKNOWN
        return self.of(targets=(target,), authority=authority)


def know(
    plan: Plan,
    *,
    cells: Iterable[Cell],
    exact: Collection[str],
    today: date,
    quarter: str | None,
) -> Known:
    """Gather the sums of the plan's targets for a view: one quarter, or all."""
    uncounted = frozenset(one.id for one in plan.targets if one.counts_category)
    targets = {one.id for one in plan.targets} - uncounted
    counted = [cell for cell in cells if cell.target in targets]
    authorities = tuple(one.code for one in plan.authorities)
    every = tuple(sorted({cell.quarter for cell in counted}))
    view = every if quarter is None else (quarter,)
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    for cell in counted:
        if cell.quarter in view:
            place = cell.target, cell.authority
            started, completed, certified = sums.get(place, (0, 0, 0))
            sums[place] = (
                started + cell.started,
                completed + cell.completed,
                certified + cell.certified,
            )
    blocks = rules.partition(
        counted,
        authorities=authorities,
        current=current(today),
        below=plan.provision("progress").on(today).integer("suppressed_below"),
    )

    def shown(*, one_target: bool) -> frozenset[str]:
        # A selection over several authorities is shown where each one's part is (rules.may_show).
        return frozenset(
            code
            for code in authorities
            if rules.may_show(blocks, authorities=(code,), quarters=view, one_target=one_target)
        )

    return Known(
        sums=sums,
        exact=frozenset(exact),
        published=shown(one_target=False),
        published_split=shown(one_target=True),
        quarters=every,
        authorities=authorities,
        targets=frozenset(targets),
        uncounted=uncounted,
    )


def current(today: date) -> str:
    """Name the quarter that is running."""
    return rules.quarter_of(today.year, today.month)


def report(plan: Plan, known: Known, *, today: date, quarter: str | None) -> schemas.ProgressOut:
    """Put the plan's lines beside their sums."""
    total = known.of()
    terms = plan.provision("progress").on(today)
    return schemas.ProgressOut(
        plan=plan.plan.id,
        title=Name(zh=plan.plan.title, en=plan.plan.title_en),
        number=plan.plan.number,
        quarter=quarter,
        quarters=list(known.quarters),
        current_quarter=current(today),
        goal_by_year={str(year): goal for year, goal in plan.plan.goal_by_year.items()},
        suppressed_below=terms.integer("suppressed_below"),
        exact_for=sorted(known.exact),
        total=schemas.Total(
            **_plain(total),
            goal=plan.plan.goal,
            ratio=_ratio(total.completed, plan.plan.goal),
            without=sorted(known.uncounted),
        ),
        blocks=_blocks(plan, known),
        targets=[_target(plan, known, one) for one in plan.targets],
        authorities=[
            schemas.AuthorityOut(
                code=one.code, name=_name(one.name), **_plain(known.of(authority=one.code))
            )
            for one in plan.authorities
        ],
        cells=_cells(plan, known),
        without_target=[
            schemas.WithoutTarget(id=one.id, number=one.number, name=_name(one.name), why=NO_TARGET)
            for one in plan.measures
            if one.goal is None
        ],
    )


def block_of(plan: Plan, target: records.Target) -> str:
    """Return the part of the plan that a target stands in."""
    return SCHOOLS if target.measure is None else plan.measure(target.measure).block


def block_names(plan: Plan) -> dict[str, records.Name]:
    """Name the parts of the plan in its order; the schools' lines come last."""
    blocks = tomllib.loads(plan.texts["plan.toml"])["blocks"]
    names = {one["id"]: records.Name(**one["name"]) for one in blocks}
    return {**names, SCHOOLS: SCHOOLS_NAME}


def _blocks(plan: Plan, known: Known) -> list[schemas.BlockOut]:
    found = []
    for block, name in block_names(plan).items():
        targets = [one for one in plan.targets if block_of(plan, one) == block]
        inside = {one.id for one in targets} - known.uncounted
        goal = sum(one.goal for one in targets)
        sums = known.of(targets=inside) if inside else UNKNOWN
        ratio = _ratio(sums.completed, goal)
        found.append(
            schemas.BlockOut(id=block, name=_name(name), goal=goal, ratio=ratio, **_plain(sums))
        )
    return found


def _target(plan: Plan, known: Known, one: records.Target) -> schemas.TargetOut:
    sums = known.of_target(one.id)
    return schemas.TargetOut(
        id=one.id,
        name=_name(one.name),
        number=None if one.measure is None else plan.measure(one.measure).number,
        block=block_of(plan, one),
        goal=one.goal,
        ratio=_ratio(sums.completed, one.goal),
        note=UNCOUNTED if one.id in known.uncounted else None,
        **_plain(sums),
    )


def _cells(plan: Plan, known: Known) -> list[schemas.CellOut]:
    """List the cells that show anything but zeros."""
    found = []
    for target in plan.targets:
        for authority in known.authorities:
            if (target.id, authority) in known.sums:
                sums = known.of_target(target.id, authority)
                if sums.started or sums.completed or sums.certified:
                    found.append(
                        schemas.CellOut(target=target.id, authority=authority, **_plain(sums))
                    )
    return found


def _plain(sums: Sums) -> dict[str, int | Withheld | None]:
    return {
        "started": sums.started,
        "completed": sums.completed,
        "certified": sums.certified,
        "withheld": sums.withheld,
    }


def _name(name: records.Name) -> Name:
    return Name(zh=name.zh, en=name.en)


def _ratio(completed: int | None, goal: int) -> float | None:
    return None if completed is None or not goal else round(completed / goal, DIGITS)
