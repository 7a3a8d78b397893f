"""A loaded plan pack."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from shared.plans import records
from shared.plans.terms import Provision
from shared.plans.texts import Matter
from shared.plans.vocabulary import Kind, Purpose


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


I = TypeVar("I", bound=_Identified)  # noqa: E741 any record with an id


def _named(items: Iterable[I], name: str) -> I:
    for item in items:
        if item.id == name:
            return item
    raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a pack says. `hash` is over all files; `texts` are the files, by path."""

    hash: str
    texts: Mapping[str, str]
    plan: records.Head
    departments: tuple[records.Department, ...]
    measures: tuple[records.Measure, ...]
    targets: tuple[records.Target, ...]
    divisions: tuple[records.Division, ...]
    authorities: tuple[records.Authority, ...]
    categories: tuple[records.Category, ...]
    funds: tuple[records.Fund, ...]
    orders: tuple[records.Order, ...]
    provisions: tuple[Provision, ...]
    matters: tuple[Matter, ...]

    def measure(self, name: str) -> records.Measure:
        """Return a measure by id. Raises KeyError, as the others below do."""
        return _named(self.measures, name)

    def target(self, name: str) -> records.Target:
        """Return a target by id."""
        return _named(self.targets, name)

    def department(self, name: str) -> records.Department:
        """Return a department by id."""
        return _named(self.departments, name)

    def category(self, name: str) -> records.Category:
        """Return a person category by id."""
        return _named(self.categories, name)

    def fund(self, name: str) -> records.Fund:
        """Return a fund by id."""
        return _named(self.funds, name)

    def provision(self, name: str) -> Provision:
        """Return a provision by id, which is its file's name."""
        return _named(self.provisions, name)

    def matter(self, name: str) -> Matter:
        """Return a matter by id, which is its file's name."""
        return _named(self.matters, name)

    def authority(self, code: str) -> records.Authority:
        """Return an authority by its division code."""
        for authority in self.authorities:
            if authority.code == code:
                return authority
        raise KeyError(code)

    def targets_sum(self) -> int:
        """Add the goals of all targets, in person-times."""
        return sum(target.goal for target in self.targets)

    def funds_for(
        self, *, purpose: Purpose, kind: Kind | None = None, measure: str | None = None
    ) -> tuple[str, ...]:
        """Return the funds that pay, first to last; an order for the measure goes first.

        Raises KeyError where no order covers the purpose and kind.
        """
        fitting = [
            order
            for order in self.orders
            if order.purpose is purpose
            and (kind is None or not order.kinds or kind in order.kinds)
            and (not order.measures or measure in order.measures)
        ]
        if not fitting:
            raise KeyError(purpose.value)
        return max(fitting, key=lambda order: len(order.measures) > 0).funds
