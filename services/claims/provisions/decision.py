"""A decision: what is owed, or every reason why nothing is, or what is missing and from whom.

A reason stands whatever the missing facts would say, so it refuses; only where none stands does a
missing fact leave the line undecided. A refused line therefore asks nobody for anything.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from services.claims.provisions import reasons
from services.claims.provisions.facts import LineFacts
from services.claims.provisions.in_force import InForce
from services.claims.provisions.payee import Payee, Payment
from services.claims.provisions.reasons import About, Figures, Finding, Need, Reason
from shared.money import Fen

__all__ = ["Check", "Decision", "Outcome", "Stated", "collect", "undecided"]

Check = Callable[[LineFacts, InForce], Finding | Need | None]

# How the bytes are written; a change gets a new number and leaves the old writer in place.
FORM = 1
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Outcome(StrEnum):
    """What became of a line."""

    APPROVABLE = "approvable"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Stated:
    """A reason with its figures and the place where it is written."""

    reason: Reason
    about: About
    figures: Figures
    provision: str
    document: str
    article: str


@dataclass(frozen=True)
class Decision:
    """One line's decision. Money in fen; slot keys in the order in which they are inserted.

    An approvable line has amount, funds and payee. An undecided one keeps the slots it would take.
    `price_document` is the document that set the rate; `provisions` are hashes of what was read.
    """

    outcome: Outcome
    purpose: str
    amount_fen: Fen
    funds: tuple[str, ...]
    payee: Payee | None
    payee_organisation: str | None
    price_document: str | None
    slot_keys: tuple[str, ...]
    reasons: tuple[Stated, ...]
    needs: tuple[Need, ...]
    provisions: tuple[tuple[str, str], ...]

    @cached_property
    def canonical(self) -> bytes:
        """Write the decision down, the same bytes for the same decision everywhere."""
        body = {
            "form": FORM,
            "outcome": self.outcome,
            "purpose": self.purpose,
            "amount_fen": self.amount_fen,
            "funds": self.funds,
            "payee": self.payee,
            "payee_organisation": self.payee_organisation,
            "price_document": self.price_document,
            "slot_keys": self.slot_keys,
            "reasons": [_plain(stated) for stated in self.reasons],
            "needs": [{"what": each.what, "from": each.from_whom} for each in self.needs],
            "provisions": dict(self.provisions),
        }
        return _JSON.encode(body).encode()

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the bytes, in hex."""
        return hashlib.sha256(self.canonical).hexdigest()


def collect(
    checks: Iterable[Check], facts: LineFacts, terms: InForce
) -> tuple[tuple[Finding, ...], tuple[Need, ...]]:
    """Go down the ladder to its end; every reason and every missing fact, each once."""
    findings: list[Finding] = []
    needs: list[Need] = []
    for check in checks:
        said = check(facts, terms)
        if said is None:
            continue
        if isinstance(said, Finding):
            findings.append(said)
        elif said not in needs:
            needs.append(said)
    return tuple(findings), tuple(needs)


def approvable(
    *,
    purpose: str,
    amount: Fen,
    funds: tuple[str, ...],
    payment: Payment,
    document: str,
    slot_keys: tuple[str, ...],
    provisions: tuple[tuple[str, str], ...],
) -> Decision:
    """Decide that an amount is owed."""
    assert amount > 0, "nothing is never approvable"
    return Decision(
        Outcome.APPROVABLE,
        purpose,
        amount,
        funds,
        payment.payee,
        payment.organisation_id,
        document,
        slot_keys,
        (),
        (),
        provisions,
    )


def refused(
    findings: Sequence[Finding],
    *,
    purpose: str,
    matter: str,
    terms: InForce,
    provisions: tuple[tuple[str, str], ...],
) -> Decision:
    """Decide that nothing is owed, with every reason in the ladder's order."""
    said = tuple(_stated(finding, matter, terms) for finding in findings)
    return Decision(
        Outcome.REFUSED, purpose, Fen(0), (), None, None, None, (), said, (), provisions
    )


def undecided(
    needs: tuple[Need, ...],
    *,
    purpose: str,
    slot_keys: tuple[str, ...],
    provisions: tuple[tuple[str, str], ...],
) -> Decision:
    """Leave the line open until somebody supplies what is missing."""
    return Decision(
        Outcome.UNDECIDED, purpose, Fen(0), (), None, None, None, slot_keys, (), needs, provisions
    )


def _stated(finding: Finding, matter: str, terms: InForce) -> Stated:
    ground = reasons.GROUNDS[finding.reason]
    provision = ground.provision or matter
    source = terms.citation(provision, ground.parameter)
    if finding.target and (target := terms.targets.get(finding.target)):
        source = target.source
    return Stated(
        finding.reason, ground.about, finding.figures, provision, source.number, source.article
    )


def _plain(stated: Stated) -> dict[str, object]:
    return {
        "reason": stated.reason,
        "about": stated.about,
        "figures": dict(stated.figures),
        "provision": stated.provision,
        "document": stated.document,
        "article": stated.article,
    }
