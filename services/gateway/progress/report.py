"""The report of the plan: goals of the pack beside the sums, each number shown or withheld."""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.gateway.progress import rules, schemas
from services.gateway.progress.rules import CategoryCell, Cell, SumKey
from services.gateway.progress.schemas import Name, Sums, Withheld
from shared.plans import Plan, records

SCHOOLS = "schools"
SCHOOLS_NAME = records.Name("院校培训（四(二)）", "Schools' training")
DIGITS = 4
BY_CATEGORY = Name(
    zh="只计贫困家庭劳动力，按补贴决定认定；季度结束后公布，不足{below}人的并入以后季度。",
    en="Counts people of poor households only, as decided with the subsidy; published when a"
    " quarter has ended, with later quarters where there are fewer than {below}.",
)
NO_TARGET = Name(
    zh="学制教育，只面向有就读意愿者，方案未设人次目标。",
    en="Schooling of those who want it; the plan sets no number.",
)
Place = tuple[str, str]  # target, authority
Figures = tuple[int, int, int, int]  # started, completed, certified, paid


@dataclass(frozen=True, slots=True)
class Counted:
    """What the gateway summed: the registry's cells, what was paid, what counts by category."""

    cells: Sequence[Cell]
    paid: Mapping[SumKey, int]
    categories: Sequence[CategoryCell]


@dataclass(frozen=True, slots=True)
class Known:
    """What a report is made of: sums of the view, and whose starters are exact or published.

    `categories` holds, for each target that counts by category, what may be shown of an authority.
    """

    sums: Mapping[Place, Figures]
    categories: Mapping[Place, Sums]
    exact: frozenset[str]
    published: frozenset[str]
    published_split: frozenset[str]
    quarters: tuple[str, ...]
    authorities: tuple[str, ...]
    targets: frozenset[str]
    by_category: frozenset[str]

    def of(self, *, targets: Collection[str] | None = None, authority: str | None = None) -> Sums:
        """Sum a selection; `started` only where all of it is exact, or all of it is published.

        Targets that count by category add what is shown of them; nobody counts their starters.
        """
        authorities = self.authorities if authority is None else (authority,)
        lines = self.targets if targets is None else targets
        places = [(target, code) for target in lines for code in authorities]
        by_category = [self.categories[place] for place in places if place in self.categories]
        if all(target in self.by_category for target in lines):
            return _sum(by_category)
        found = [self.sums[place] for place in places if place in self.sums]
        # A sum over exact and published parts would tell the published part by subtraction.
        known = self.published_split if targets is not None else self.published
        shown = self.exact.issuperset(authorities) or known.issuperset(authorities)
        return Sums(
            started=sum(figures[0] for figures in found) if shown else None,
            completed=sum(figures[1] for figures in found)
            + sum(each.completed or 0 for each in by_category),
            certified=sum(figures[2] for figures in found)
            + sum(each.certified or 0 for each in by_category),
            paid=sum(figures[3] for figures in found) + sum(each.paid or 0 for each in by_category),
            withheld=None if shown else Withheld.SMALL_OR_RUNNING,
        )

    def of_target(self, target: str, authority: str | None = None) -> Sums:
        """Sum one target."""
        return self.of(targets=(target,), authority=authority)


def _sum(shown: Iterable[Sums]) -> Sums:
    """Sum what is shown of targets that count by category; null where nothing is."""
    found = [each for each in shown if each.completed is not None]
    paid = [each.paid for each in found if each.paid is not None]
    return Sums(
        started=None,
        completed=sum(each.completed or 0 for each in found) if found else None,
        certified=sum(each.certified or 0 for each in found) if found else None,
        paid=sum(paid) if paid else None,
        withheld=Withheld.UNKNOWN if found else Withheld.SMALL_OR_RUNNING,
    )


def know(
    plan: Plan,
    counted: Counted,
    *,
    exact: Collection[str],
    categories_exact: Collection[str],
    today: date,
    quarter: str | None,
) -> Known:
    """Gather the sums of the plan's targets for a view: one quarter, or all."""
    targets = frozenset(one.id for one in plan.targets)
    by_category = frozenset(one.id for one in plan.targets if one.counts_category)
    cells = [cell for cell in counted.cells if cell.target in targets - by_category]
    paid = {key: n for key, n in counted.paid.items() if key[0] in targets - by_category}
    authorities = tuple(one.code for one in plan.authorities)
    every = tuple(sorted({cell.quarter for cell in cells} | {key[2] for key in paid}))
    view = every if quarter is None else (quarter,)
    below = plan.provision("progress").on(today).integer("suppressed_below")
    blocks = rules.partition(cells, authorities=authorities, current=current(today), below=below)

    def shown(*, one_target: bool) -> frozenset[str]:
        # A selection over several authorities is shown where each one's part is (rules.may_show).
        return frozenset(
            code
            for code in authorities
            if rules.may_show(blocks, authorities=(code,), quarters=view, one_target=one_target)
        )

    return Known(
        sums=_sums(cells, paid, view),
        categories={
            (target, code): _category(
                [
                    one
                    for one in counted.categories
                    if (one.target, one.authority) == (target, code)
                ],
                ended=rules.quarters(current(plan.plan.starts_on), current(today)),
                view=None if quarter is None else view,
                below=None if code in categories_exact else below,
            )
            for target in by_category
            for code in authorities
        },
        exact=frozenset(exact),
        published=shown(one_target=False),
        published_split=shown(one_target=True),
        quarters=every,
        authorities=authorities,
        targets=targets,
        by_category=by_category,
    )


def _sums(
    cells: Iterable[Cell], paid: Mapping[SumKey, int], view: Collection[str]
) -> dict[Place, Figures]:
    found: dict[Place, list[int]] = {}
    for cell in cells:
        if cell.quarter in view:
            place = found.setdefault((cell.target, cell.authority), [0, 0, 0, 0])
            place[0] += cell.started
            place[1] += cell.completed
            place[2] += cell.certified
    for (target, authority, quarter), number in paid.items():
        if quarter in view:
            found.setdefault((target, authority), [0, 0, 0, 0])[3] += number
    return {place: (one[0], one[1], one[2], one[3]) for place, one in found.items()}


def _category(
    cells: Sequence[CategoryCell],
    *,
    ended: Sequence[str],
    view: Collection[str] | None,
    below: int | None,
) -> Sums:
    """Sum what is shown of one place: all of it, or below a threshold only what is published.

    What was paid is published to nobody: `completed` less `paid` would be a small number again.
    """
    if below is None:
        within = [one for one in cells if view is None or one.quarter in view]
        return Sums(
            started=None,
            completed=sum(one.completed for one in within),
            certified=sum(one.certified for one in within),
            paid=sum(one.paid for one in within),
        )
    counts = {one.quarter: one.completed for one in cells}
    completed = rules.published(counts, ended=ended, view=view, below=below)
    return Sums(started=None, completed=completed, certified=completed, paid=None)


def current(today: date) -> str:
    """Name the quarter that is running."""
    return rules.quarter_of(today.year, today.month)


def report(plan: Plan, known: Known, *, today: date, quarter: str | None) -> schemas.ProgressOut:
    """Put the plan's lines beside their sums."""
    total = known.of()
    below = plan.provision("progress").on(today).integer("suppressed_below")
    return schemas.ProgressOut(
        plan=plan.plan.id,
        title=Name(zh=plan.plan.title, en=plan.plan.title_en),
        number=plan.plan.number,
        quarter=quarter,
        quarters=list(known.quarters),
        current_quarter=current(today),
        goal_by_year={str(year): goal for year, goal in plan.plan.goal_by_year.items()},
        suppressed_below=below,
        exact_for=sorted(known.exact),
        total=schemas.Total(
            **_plain(total),
            goal=plan.plan.goal,
            ratio=_ratio(total.completed, plan.plan.goal),
            without=sorted(
                one for one in known.by_category if known.of_target(one).completed is None
            ),
        ),
        blocks=_blocks(plan, known),
        targets=[_target(plan, known, one, below) for one in plan.targets],
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
        goal = sum(one.goal for one in targets)
        sums = known.of(targets=[one.id for one in targets])
        ratio = _ratio(sums.completed, goal)
        found.append(
            schemas.BlockOut(id=block, name=_name(name), goal=goal, ratio=ratio, **_plain(sums))
        )
    return found


def _target(plan: Plan, known: Known, one: records.Target, below: int) -> schemas.TargetOut:
    sums = known.of_target(one.id)
    return schemas.TargetOut(
        id=one.id,
        name=_name(one.name),
        number=None if one.measure is None else plan.measure(one.measure).number,
        block=block_of(plan, one),
        goal=one.goal,
        ratio=_ratio(sums.completed, one.goal),
        note=Name(zh=BY_CATEGORY.zh.format(below=below), en=BY_CATEGORY.en.format(below=below))
        if one.counts_category
        else None,
        **_plain(sums),
    )


def _cells(plan: Plan, known: Known) -> list[schemas.CellOut]:
    """List the cells that show anything but zeros."""
    found = []
    for target in plan.targets:
        for authority in known.authorities:
            if (target.id, authority) in (known.sums.keys() | known.categories.keys()):
                sums = known.of_target(target.id, authority)
                if sums.started or sums.completed or sums.certified or sums.paid:
                    found.append(
                        schemas.CellOut(target=target.id, authority=authority, **_plain(sums))
                    )
    return found


def _plain(sums: Sums) -> dict[str, int | Withheld | None]:
    return {
        "started": sums.started,
        "completed": sums.completed,
        "certified": sums.certified,
        "paid": sums.paid,
        "withheld": sums.withheld,
    }


def _name(name: records.Name) -> Name:
    return Name(zh=name.zh, en=name.en)


def _ratio(completed: int | None, goal: int) -> float | None:
    return None if completed is None or not goal else round(completed / goal, DIGITS)
