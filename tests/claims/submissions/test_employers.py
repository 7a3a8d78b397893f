"""Whose staff a person is: lists name employers by credit code, and codes name organisations."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.claims.provisions import in_force
from services.claims.provisions.facts import Applicant, Fact, Known, Missing
from services.claims.submissions import gathering, operations
from shared import plans
from tests.claims.submissions import world

OWN, OTHER, NOBODY = "91650402MA00000001", "91650402MA00000002", "91650402MA00000003"
SCHOOL, FACTORY = UUID(int=1), UUID(int=2)
PLAN = plans.load(plans.default_directory())


def employer(basis: str, *codes: str, own: UUID | None = None) -> Known[str]:
    """Gather one line whose person lists say is employed by these."""
    one = world.course(SCHOOL, basis=basis)
    said = {
        "credit_codes": list(codes),
        "organisation_id": str(own) if own else None,
        "source": "register",
        "as_of": "2020-01-02",
        "document": None,
    }
    facts = world.told(one, [world.line(one, facts={"employer": said})])
    words = world.said(employers={OWN: str(SCHOOL), OTHER: str(FACTORY)})
    courses = operations.courses_of(facts, terms=world.terms(facts), said=words)
    day = date.fromisoformat(one["starts_on"])
    gathered = gathering.gather(
        facts["lines"],
        courses=courses,
        terms={day: in_force.on(PLAN, day)},
        said=words,
        taken={},
        lifted={},
        applicant=Applicant.ORGANISATION,
        line_ids=[uuid4()],
    )
    return gathered.facts[0].trainee.employer


@pytest.mark.parametrize(
    ("basis", "codes", "expected"),
    [
        ("agreement", (OTHER, OWN), str(SCHOOL)),
        ("agreement", (OTHER,), ""),
        ("commission", (OTHER,), str(FACTORY)),
        ("commission", (OWN,), str(SCHOOL)),
        ("commission", (), ""),
    ],
)
def test_a_code_names_the_organisation_that_is_paid(
    basis: str, codes: tuple[str, ...], expected: str
) -> None:
    """The class's own first; for a class of its own staff any other employer is nobody's."""
    found: Any = employer(basis, *codes)
    assert isinstance(found, Fact)
    assert found.value == expected


def test_an_employer_that_is_not_registered_is_asked_about() -> None:
    """It is some other's; whose, nobody here knows."""
    assert isinstance(employer("commission", NOBODY), Missing)
