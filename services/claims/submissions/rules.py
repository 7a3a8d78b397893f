"""What may be claimed together, and how decisions are written down. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.claims.provisions import codes, deciding, reasons, texts
from services.claims.provisions.deciding import Matter
from services.claims.provisions.decision import Decision, Stated
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


@dataclass(frozen=True, slots=True)
class Decided:
    """Facts with their decision, and the id under which both are kept."""

    id: UUID
    facts: LineFacts
    decision: Decision
    edition: int | None


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


def decision_row(one: Decided, owner: Owner, *, plan_hash: str, at: str) -> dict[str, Any]:
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
        "at": at,
    }


def reason_rows(decided: Sequence[Decided], owner: Owner) -> dict[str, list[dict[str, Any]]]:
    """Write reasons and needs as rows, apart: what is about teaching, what about the person."""
    rows: dict[str, list[dict[str, Any]]] = {"teaching": [], "person": []}
    for one in decided:
        said: tuple[Stated | Need, ...] = (*one.decision.reasons, *one.decision.needs)
        for n, each in enumerate(said, 1):
            about = each.about if isinstance(each, Stated) else reasons.ABOUT_NEED[each.what]
            row = {"decision_id": str(one.id), "n": n, "authority": owner.authority, **_said(each)}
            if about is About.TEACHING:
                whose = owner.organisation_id
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
        for each in decision.reasons:
            teaching[each.reason] += each.about is About.TEACHING
        for need in decision.needs:
            teaching[need.what] += reasons.ABOUT_NEED[need.what] is About.TEACHING
    return dict(outcomes), dict(+teaching)
