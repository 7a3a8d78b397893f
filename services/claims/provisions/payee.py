"""Who is paid. POLICY 8.8.

"Enterprise staff" are those whom their enterprise has trained: an agreement class, or a purpose
that names the employer. A status that a person happens to have never moves another's money.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.claims.provisions.facts import Basis, Fact, LineFacts
from services.claims.provisions.in_force import InForce

__all__ = ["Payee", "Payment", "of", "trained_by_employer"]

EMPLOYER, PERSON = "employer", "person"


class Payee(StrEnum):
    """Who receives the money."""

    INSTITUTION = "institution"
    EMPLOYER = "employer"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Payment:
    """The payee; `organisation_id` is None for a person."""

    payee: Payee
    organisation_id: str | None


def trained_by_employer(facts: LineFacts, purpose: str, terms: InForce) -> bool:
    """Say whether the employer has this person trained."""
    return facts.course.basis is Basis.AGREEMENT or terms.payees.get(purpose) == EMPLOYER


def of(facts: LineFacts, purpose: str, terms: InForce) -> Payment:
    """Say who is paid once every fact that it depends on is known."""
    course, trainee = facts.course, facts.trainee
    if terms.payees[purpose] == PERSON:
        return Payment(Payee.PERSON, None)
    if course.basis is Basis.AGREEMENT:
        return Payment(Payee.EMPLOYER, course.organisation_id)
    if terms.payees[purpose] == EMPLOYER:
        assert isinstance(trainee.employer, Fact), "an unknown employer is undecided"
        return Payment(Payee.EMPLOYER, trainee.employer.value)
    if isinstance(trainee.charged, Fact) and trainee.charged.value:
        return Payment(Payee.PERSON, None)
    return Payment(Payee.INSTITUTION, course.organisation_id)
