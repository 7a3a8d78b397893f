"""Answers about progress. `started` is null where it is not published to the caller."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared import routing


class Withheld(StrEnum):
    """Why a number is null."""

    SMALL_OR_RUNNING = "small_or_running"  # one word for both, or the word would tell
    UNKNOWN = "unknown"


class Sums(routing.Out):
    """Person-times; null with the reason in `withheld`."""

    started: int | None
    completed: int | None
    certified: int | None
    paid: int | None = Field(description="已拨付培训补贴的人次 / person-times paid")
    withheld: Withheld | None = None


class Name(routing.Out):
    """A name in both languages of the plan pack."""

    zh: str
    en: str


class TargetOut(Sums):
    """A countable line of the plan; `ratio` is completed to goal."""

    id: str
    name: Name
    number: int | None = Field(description="措施编号，院校目标为空 / null for the schools' lines")
    block: str
    goal: int
    ratio: float | None
    note: Name | None = None


class BlockOut(Sums):
    """A part of the plan: its measures, or the schools' lines."""

    id: str
    name: Name
    goal: int
    ratio: float | None


class AuthorityOut(Sums):
    """An authority; the plan's annexes that would split goals by authority are missing."""

    code: str
    name: Name


class CellOut(Sums):
    """A target at an authority."""

    target: str
    authority: str


class WithoutTarget(routing.Out):
    """A measure that the plan gives no number, and why it has no line here."""

    id: str
    number: int
    name: Name
    why: Name


class Total(Sums):
    """The whole plan."""

    goal: int
    ratio: float | None
    without: list[str] = Field(
        description="数字未公布、未计入合计的目标 / targets without a number yet, not in these sums"
    )


class ProgressOut(routing.Out):
    """Progress of the plan as of the events read so far."""

    plan: str
    title: Name
    number: str
    quarter: str | None
    quarters: list[str] = Field(description="有数据的季度 / quarters with figures")
    current_quarter: str
    goal_by_year: dict[str, int]
    suppressed_below: int
    exact_for: list[str] = Field(description="对调用者给出全部数字的主管单位")
    total: Total
    blocks: list[BlockOut]
    targets: list[TargetOut]
    authorities: list[AuthorityOut]
    cells: list[CellOut]
    without_target: list[WithoutTarget]


class OrganisationLine(routing.Out):
    """Completed and certified of one target in one quarter."""

    target: str
    quarter: str
    completed: int
    certified: int


class OrganisationProgress(routing.Out):
    """What an organisation's classes came to: never who started, never a rate."""

    organisation_id: UUID
    completed: int
    certified: int
    lines: list[OrganisationLine]


class OrganisationSums(routing.Out):
    """One organisation in the public list."""

    organisation_id: UUID
    completed: int
    certified: int


class WithdrawalOut(routing.Out):
    """How many left in a quarter; null below the threshold."""

    authority: str
    quarter: str
    count: int | None


class WithdrawalsOut(routing.Out):
    """Withdrawals by authority and ended quarter, small numbers null."""

    suppressed_below: int
    items: list[WithdrawalOut]
