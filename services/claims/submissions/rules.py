"""What may be claimed together, and how decisions are written down. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from services.claims.provisions import codes, deciding, reasons, texts, training_subsidy
from services.claims.provisions.deciding import Matter
from services.claims.provisions.decision import Decision, Outcome, Stated
from services.claims.provisions.facts import LineFacts
from services.claims.provisions.in_force import InForce
from services.claims.provisions.reasons import About, Need


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose claim it is: the columns that every row of it carries."""

    claim_id: UUID
    authority: str
    organisation_id: UUID | None
    matter: Matter


@dataclass(frozen=True)
class Decided:
    """Facts with their decision, and the id under which both are kept."""

    id: UUID
    facts: LineFacts
    decision: Decision
    edition: int | None

    @cached_property
    def digest(self) -> bytes:
        """The decision's digest as text in bytes, made once for all lines that share it."""
        return self.decision.digest.encode()


def decide(
    matter: Matter, facts: Sequence[LineFacts], terms: Mapping[date, InForce]
) -> list[Decision]:
    """Decide facts that all differ, in order, each by the provisions of its class's first day."""
    days = {one.course.starts_on for one in facts}
    found: dict[int, Decision] = {}
    for day in days:
        numbers = [n for n, one in enumerate(facts) if one.course.starts_on == day]
        decisions = deciding.decide_all(matter, [facts[n] for n in numbers], terms[day])
        found.update(zip(numbers, decisions, strict=True))
    return [found[n] for n in range(len(facts))]


def decision_row(
    one: Decided, owner: Owner, *, terms: InForce, plan_hash: str, at: str
) -> dict[str, Any]:
    """Write a decision as its row."""
    decision, course = one.decision, one.facts.course
    return {
        "id": str(one.id),
        "claim_id": str(owner.claim_id),
        "authority": owner.authority,
        "matter": owner.matter,
        "kind": course.kind,
        "facts": codes.write(one.facts).decode(),
        "canonical": decision.canonical.decode(),
        "digest": rf"\x{decision.digest}",
        "plan_hash": plan_hash,
        "provision_hashes": dict(decision.provisions),
        "on_day": course.starts_on.isoformat(),
        "edition": one.edition,
        "outcome": decision.outcome,
        "shown": texts.outcome_for_institution(decision),
        "amount_fen": decision.amount_fen,
        "purpose": decision.purpose,
        "funds": list(decision.funds),
        "payee": decision.payee,
        "payee_organisation": decision.payee_organisation or None,
        "slot_keys": list(decision.slot_keys),
        "target": course.target,
        "counts_for": counts_for(owner.matter, one.facts, decision, terms),
        "at": at,
    }


def counts_for(matter: Matter, facts: LineFacts, decision: Decision, terms: InForce) -> str | None:
    """Name the target where it counts a category only and this decision grants the person is in it.

    三(四)16, POLICY 8.3; docs/decisions/0014
    """
    name = facts.course.target
    target = terms.targets.get(name)
    if target is None or target.counts_category is None or matter is not Matter.TRAINING_SUBSIDY:
        return None
    granted = decision.outcome is Outcome.APPROVABLE
    return name if granted and training_subsidy.counts_for_target(facts, terms) else None


def reason_rows(decided: Sequence[Decided], owner: Owner) -> dict[str, list[dict[str, Any]]]:
    """Write reasons and needs as rows, apart: what is about teaching, what about the person."""
    rows: dict[str, list[dict[str, Any]]] = {"teaching": [], "person": []}
    for one in decided:
        said: tuple[Stated | Need, ...] = (*one.decision.reasons, *one.decision.needs)
        told = texts.teaching(one.decision)
        for n, each in enumerate(said, 1):
            about = each.about if isinstance(each, Stated) else reasons.ABOUT_NEED[each.what]
            row = {"decision_id": str(one.id), "n": n, "authority": owner.authority, **_said(each)}
            if about is About.TEACHING:
                # A row that is no institution's: where the person's matter hides it, it stays so.
                whose = owner.organisation_id if each in told else None
                row["organisation_id"] = str(whose) if whose else None
            rows[about].append(row)
    return rows


def _said(each: Stated | Need) -> dict[str, Any]:
    if isinstance(each, Need):
        return {"sort": "need", "code": each.what, "from_whom": each.from_whom, "figures": {}}
    return {
        "sort": "reason",
        "code": each.reason,
        "figures": dict(each.figures),
        "provision": each.provision,
        "document": each.document,
        "article": each.article,
    }


def counts(decisions: Sequence[Decision]) -> tuple[dict[str, int], dict[str, int]]:
    """Count outcomes as an institution reads them, and the reasons that are about teaching."""
    outcomes: Counter[str] = Counter()
    teaching: Counter[str] = Counter()
    for decision in decisions:
        outcomes[texts.outcome_for_institution(decision)] += 1
        for each in texts.teaching(decision):
            teaching[each.what if isinstance(each, Need) else each.reason] += 1
    return dict(outcomes), dict(teaching)
