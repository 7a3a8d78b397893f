"""Decide the lines of a claim in one pass, and derive a stored decision again."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from services.claims.provisions import codes, living_allowance, training_subsidy
from services.claims.provisions.decision import Decision
from services.claims.provisions.facts import LineFacts
from services.claims.provisions.in_force import InForce

__all__ = ["RULES", "Matter", "decide_all", "rederive"]


class Matter(StrEnum):
    """What a claim is for."""

    TRAINING_SUBSIDY = "training_subsidy"
    LIVING_ALLOWANCE = "living_allowance"


RULES: Mapping[Matter, Callable[[LineFacts, InForce], Decision]] = {
    Matter.TRAINING_SUBSIDY: training_subsidy.decide,
    Matter.LIVING_ALLOWANCE: living_allowance.decide,
}


def decide_all(matter: Matter, lines: Iterable[LineFacts], terms: InForce) -> list[Decision]:
    """Decide every line, in order; equal facts are decided once and share their decision."""
    rule = RULES[matter]
    seen: dict[LineFacts, Decision] = {}
    found = []
    for facts in lines:
        known = seen.get(facts)
        if known is None:
            known = seen[facts] = rule(facts, terms)
        found.append(known)
    return found


def rederive(matter: Matter, stored: bytes, terms: InForce) -> Decision:
    """Decide again from the facts as stored, under the terms of the pack they were decided by."""
    return RULES[matter](codes.read(stored), terms)
