"""Read departments.toml and plan.toml: goals, measures, school lines, and whether they add up."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.plans import common
from shared.plans.reading import Node
from shared.plans.records import Department, Figure, Head, Measure, Name, Source, Target
from shared.plans.vocabulary import Kind


@dataclass(frozen=True, slots=True)
class Main:
    """What plan.toml says."""

    head: Head
    measures: tuple[Measure, ...]
    targets: tuple[Target, ...]


def departments(root: Node, known: common.Known) -> tuple[Department, ...]:
    """Read the departments that a measure or provision may name."""
    found = []
    for node in root.children("departments"):
        aliases = node.texts("aliases") if node.has("aliases") else ()
        one = Department(node.text("id"), common.name(node), aliases)
        common.once(node, one.id, known.departments)
        node.close()
        found.append(one)
    root.close()
    return tuple(found)


def main(root: Node, known: common.Known) -> Main:
    """Read the plan; the sums are checked only where the figures themselves could be read."""
    faults_before = len(root.document.faults)
    title, number = _title(root.child("plan"))
    blocks = _blocks(root)
    measures = tuple(
        _measure(node, known=known, blocks=blocks, title=title, number=number)
        for node in root.children("measures")
    )
    schools = _schools(root)
    targets = [target for measure in measures if (target := _target_of(measure)) is not None]
    for node in root.children("school_lines"):
        targets.extend(_line(node, known=known, schools=schools, title=title, number=number))
    head = _head(root, title=title, number=number)
    root.close()
    if len(root.document.faults) == faults_before and not root.document.broken:
        _add_up(root, head, measures, targets)
    return Main(head, measures, tuple(targets))


def _title(node: Node) -> tuple[str, str]:
    return node.text("title"), node.text("number")


def _blocks(root: Node) -> set[str]:
    found: set[str] = set()
    for node in root.children("blocks"):
        common.once(node, node.text("id"), found)
        common.name(node)
        node.text("article")
        node.close()
    return found


def _schools(root: Node) -> dict[str, Name]:
    found: dict[str, Name] = {}
    taken: set[str] = set()
    for node in root.children("schools"):
        identifier = node.text("id")
        common.once(node, identifier, taken)
        found[identifier] = common.name(node)
        node.close()
    return found


def _measure(
    node: Node, *, known: common.Known, blocks: set[str], title: str, number: str
) -> Measure:
    lead = node.known("lead", known.departments, "department")
    duty = node.known("duty", known.departments, "department")
    common.distinct(node, "duty", lead, duty)
    category = None
    if node.has("counts_category"):
        category = common.one_of(node, "counts_category", known.categories, "category")
    measure = Measure(
        id=node.text("id"),
        number=node.integer("number"),
        name=common.name(node),
        block=common.one_of(node, "block", blocks, "block"),
        goal=node.integer_or_none("goal"),
        kinds=node.choices("kinds", Kind),
        hours_min=node.integer_or_none("hours_min"),
        months_min=node.integer_or_none("months_min"),
        months_max=node.integer_or_none("months_max"),
        school_years=node.integer_or_none("school_years"),
        per_quarter=node.flag("per_quarter", default=False),
        share_min=node.fraction("share_min") if node.has("share_min") else None,
        share_max=node.fraction("share_max") if node.has("share_max") else None,
        outside_allowed=node.flag("outside_allowed", default=False),
        own_wish=node.text_or_none("own_wish"),
        counts_category=category,
        lead=lead,
        duty=duty,
        source=Source(title, number, node.text("article")),
        note=node.text_or_none("note"),
    )
    _check_measure(node, measure, known)
    return measure


def _check_measure(node: Node, measure: Measure, known: common.Known) -> None:
    common.once(node, measure.id, known.measures)
    if node.tree.get("lead") == []:
        node.fault("a measure needs a lead department", "lead")
    if measure.goal is not None and node.tree.get("kinds") == []:
        node.fault("a measure with a goal needs a kind of training", "kinds")
    for low, high in (("months_min", "months_max"), ("share_min", "share_max")):
        least, most = getattr(measure, low), getattr(measure, high)
        if least is not None and most is not None and least > most:
            node.fault(f"{low!r} is above {high!r}", low)
    node.close()


def _target_of(measure: Measure) -> Target | None:
    if measure.goal is None:
        return None
    return Target(
        id=measure.id,
        name=measure.name,
        goal=measure.goal,
        measure=measure.id,
        line=None,
        school=None,
        kinds=measure.kinds,
        hours_min=measure.hours_min,
        months_min=measure.months_min,
        months_max=measure.months_max,
        outside_allowed=measure.outside_allowed,
        counts_category=measure.counts_category,
        lead=measure.lead,
        duty=measure.duty,
        source=measure.source,
    )


def _line(
    node: Node, *, known: common.Known, schools: dict[str, Name], title: str, number: str
) -> list[Target]:
    identifier, name, goal = node.text("id"), common.name(node), node.integer("goal")
    lead = node.known("lead", known.departments, "department")
    duty = node.known("duty", known.departments, "department")
    kinds = node.choices("kinds", Kind)
    source = Source(title, number, node.text("article"))
    shares = node.child("shares")
    found = []
    for school in shares.tree:
        part = shares.integer(school)
        if school not in schools:
            shares.fault(f"unknown school {school!r}", school)
            continue
        of = schools[school]
        found.append(
            Target(
                id=f"{identifier}:{school}",
                name=Name(f"{of.zh}·{name.zh}", f"{of.en}: {name.en}"),
                goal=part,
                measure=None,
                line=identifier,
                school=school,
                kinds=kinds,
                hours_min=None,
                months_min=None,
                months_max=None,
                outside_allowed=False,
                counts_category=None,
                lead=lead,
                duty=duty,
                source=source,
            )
        )
    if (total := sum(target.goal for target in found)) != goal:
        node.fault(f"the schools' shares add up to {total}, the line's goal is {goal}", "goal")
    node.close()
    return found


def _head(root: Node, *, title: str, number: str) -> Head:
    plan, goals = root.child("plan"), root.child("goals")
    years = goals.child("by_year")
    head = Head(
        id=plan.text("id"),
        title=plan.text("title"),
        title_en=plan.text("title_en"),
        number=plan.text("number"),
        issued_on=plan.day("issued_on"),
        starts_on=plan.day("starts_on"),
        ends_on=plan.day("ends_on"),
        goal=goals.integer("total"),
        goal_by_year=_by_year(years),
        goal_measures=goals.integer("measures"),
        goal_schools=goals.integer("schools"),
        figures=tuple(_figure(node, title, number) for node in root.children("figures")),
    )
    goals.text("article")
    if head.ends_on < head.starts_on:
        plan.fault("the plan ends before it starts", "ends_on")
    for node in (plan, goals, years):
        node.close()
    return head


def _by_year(node: Node) -> Mapping[int, int]:
    found = {}
    for key in node.tree:
        if not key.isdecimal():
            node.fault(f"{key!r} is no year", key)
        else:
            found[int(key)] = node.integer(key)
    return MappingProxyType(found)


def _figure(node: Node, title: str, number: str) -> Figure:
    figure = Figure(
        id=node.text("id"),
        name=common.name(node),
        value=node.fraction("value"),
        of=node.text("of"),
        source=Source(title, number, node.text("article")),
    )
    node.close()
    return figure


def _add_up(root: Node, head: Head, measures: tuple[Measure, ...], targets: list[Target]) -> None:
    """Prove that measures and school lines make the goal, and the years too."""
    by_measure = sum(measure.goal or 0 for measure in measures)
    by_school = sum(target.goal for target in targets if target.line is not None)
    sums = (
        ("measures", by_measure, head.goal_measures, "the measures' goals"),
        ("schools", by_school, head.goal_schools, "the school lines' goals"),
        ("total", by_measure + by_school, head.goal, "all targets"),
        ("by_year", sum(head.goal_by_year.values()), head.goal, "the years' goals"),
    )
    for key, found, declared, what in sums:
        if found != declared:
            root.fault(f"{what} add up to {found}, declared are {declared}", "goals", key)
    numbers = [measure.number for measure in measures]
    if numbers != list(range(1, len(numbers) + 1)):
        root.fault(f"the measures are numbered {numbers}", "measures")
