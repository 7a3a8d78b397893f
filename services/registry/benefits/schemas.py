"""What an import of earlier benefits takes."""

from datetime import date

from pydantic import Field

from services.registry.benefits import rules
from services.registry.registers.schemas import ENTRIES_MAX, Text100
from shared import routing
from shared.plans.vocabulary import Kind

EXAMPLE = {
    "id_number": "650402199001010015",
    "kind": "skill",
    "subject_code": "6-31-01-03",
    "level": 5,
    "on": "2019-11-20",
}


class BenefitIn(routing.Body):
    """One training that was paid for or certified elsewhere, by the subject's code here."""

    id_number: str = Field(max_length=40, examples=["650402199001010015"])
    kind: Kind = Field(strict=False, examples=["skill"])
    subject_code: str = Field(
        min_length=1, max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["6-31-01-03"]
    )
    level: int | None = Field(default=None, ge=1, le=5)
    on: date = Field(strict=False, examples=["2019-11-20"])


class BenefitsIn(routing.Body):
    """A list of one source; a newer one of the same source takes its place."""

    source_title: Text100 = Field(examples=["2019年职业培训补贴发放台账"])
    document_number: Text100 = Field(examples=["高人社函〔2020〕示例5号"])
    as_of: date = Field(strict=False, examples=["2020-02-28"])
    entries: list[BenefitIn] = Field(max_length=ENTRIES_MAX, examples=[[EXAMPLE]])

    def rows(self) -> list[rules.Benefit]:
        """Read the rows as the rules take them."""
        return [
            rules.Benefit(one.id_number, one.kind.value, one.subject_code, one.level, one.on)
            for one in self.entries
        ]


class OwnBenefitOut(routing.Out):
    """One earlier training of the caller's, and the list that says so."""

    kind: str
    subject_code: str
    level: int | None
    on: date
    source_title: str
    document_number: str
    as_of: date


class OwnBenefitsOut(routing.Out):
    """All of them, the oldest first."""

    items: list[OwnBenefitOut]
