"""Which fund pays, first to last. POLICY 8.7, funds.toml."""

from dataclasses import dataclass
from functools import lru_cache

from services.claims.provisions.in_force import InForce
from shared.plans.records import Source
from shared.plans.vocabulary import Purpose

__all__ = ["FundOrder", "of"]

TRAINING = (Purpose.TRAINING_SUBSIDY, Purpose.TRANSFER_TRAINING, Purpose.AID_TRAINING)


@dataclass(frozen=True, slots=True)
class FundOrder:
    """The purpose under which a fund is debited, and the funds in their order.

    `own_first` says that the employer's own education fund goes before them: it is never debited.
    """

    purpose: Purpose
    funds: tuple[str, ...]
    own_first: bool
    source: Source


# A claim asks for the same few kinds and targets, line after line.
@lru_cache(maxsize=512)
def of(*, kind: str, target: str, terms: InForce) -> FundOrder | None:
    """Say which funds pay for training of a kind; an order for the target's measure goes first."""
    found = terms.targets.get(target)
    measure = found.measure if found else None
    fitting = [
        order
        for order in terms.orders
        if order.purpose in TRAINING
        and kind in order.kinds
        and (not order.measures or measure in order.measures)
    ]
    if not fitting:
        return None
    order = max(fitting, key=lambda each: len(each.measures) > 0)
    return _order(order.purpose, order.funds, order.source, terms)


def allowance(terms: InForce) -> FundOrder:
    """Say which funds pay the living allowance. 五(一)."""
    order = next(each for each in terms.orders if each.purpose is Purpose.LIVING_ALLOWANCE)
    return _order(order.purpose, order.funds, order.source, terms)


def _order(purpose: Purpose, funds: tuple[str, ...], source: Source, terms: InForce) -> FundOrder:
    paying = tuple(fund for fund in funds if fund not in terms.external_funds)
    return FundOrder(purpose, paying, len(paying) < len(funds), source)
