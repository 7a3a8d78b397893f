"""Which conditions a person is asked about, and which answers there are. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.registry.facts.rules import (
    FEE_PAID,
    NO,
    NO_PENSION,
    SCHEMES,
    STAFF,
    STAFF_OF_ORGANISER,
    YES,
)
from shared.plans.records import Category
from shared.plans.vocabulary import Evidence

YES_NO = (YES, NO)
PENSION_CHOICES = (NO_PENSION, *SCHEMES)


@dataclass(frozen=True, slots=True)
class Question:
    """One condition with its answers; none of them has to be given."""

    id: str
    choices: tuple[str, ...]


def questions(
    categories: Iterable[Category], *, pension_category: str, agreement: bool, on: date
) -> tuple[Question, ...]:
    """List what the person may be asked: what an own word may evidence, and whether they paid.

    In an employer's own class the question is whose staff one is: of that employer or not.
    """
    found = []
    for category in categories:
        if category.starts_on > on or (category.until is not None and category.until <= on):
            continue
        if all(proof.kind is not Evidence.COMMITMENT for proof in category.evidence):
            continue
        if category.id == pension_category:
            found.append(Question(category.id, PENSION_CHOICES))
        elif category.id == STAFF and agreement:
            found.append(Question(STAFF_OF_ORGANISER, YES_NO))
        else:
            found.append(Question(category.id, YES_NO))
    return (*found, Question(FEE_PAID, YES_NO))


def unasked(answers: Mapping[str, str], asked: Iterable[Question]) -> list[str]:
    """List the answers that are to no question, or none of its choices."""
    choices = {question.id: question.choices for question in asked}
    return [name for name, answer in answers.items() if answer not in choices.get(name, ())]
