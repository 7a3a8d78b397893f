"""A stored decision as an object again, to be put into words; nothing is decided here. Pure."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.claims.provisions.decision import Decision, Outcome, Stated
from services.claims.provisions.facts import Holder
from services.claims.provisions.payee import Payee
from services.claims.provisions.reasons import NOT_PAYABLE_PERSON, About, Need, Reason, Wanted
from shared.money import Fen

# Any need about a person reads alike to an institution: one stands for whatever it was.
SOMETHING = Need(Wanted.PENSION, Holder.PERSON)


def decision(canonical: str) -> Decision:
    """Read a decision's bytes back."""
    body = json.loads(canonical)
    return Decision(
        outcome=Outcome(body["outcome"]),
        purpose=body["purpose"],
        amount_fen=Fen(body["amount_fen"]),
        funds=tuple(body["funds"]),
        payee=Payee(body["payee"]) if body["payee"] else None,
        payee_organisation=body["payee_organisation"],
        price_document=body["price_document"],
        slot_keys=tuple(body["slot_keys"]),
        reasons=tuple(_stated(each) for each in body["reasons"]),
        needs=tuple(Need(Wanted(each["what"]), Holder(each["from"])) for each in body["needs"]),
        provisions=tuple(sorted(body["provisions"].items())),
    )


def for_institution(outcome: str, rows: Iterable[Any]) -> Decision:
    """Put together what an institution may read: teaching reasons, and one word for the rest.

    `outcome` is the word shown to it; `rows` are of `decision_reasons_teaching`.
    """
    stated: list[Stated] = []
    needs: list[Need] = []
    for row in rows if outcome != NOT_PAYABLE_PERSON else ():
        if row.sort == "need":
            needs.append(Need(Wanted(row.code), Holder(row.from_whom)))
        else:
            stated.append(_of_row(row))
    if outcome == NOT_PAYABLE_PERSON:
        needs.append(SOMETHING)
    word = Outcome.REFUSED if stated else Outcome.UNDECIDED if needs else Outcome.APPROVABLE
    return Decision(word, "", Fen(0), (), None, None, None, (), tuple(stated), tuple(needs), ())


def by_decision(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    """Put rows of reasons together by their decision, in their order."""
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.decision_id, []).append(row)
    return found


def _stated(body: dict[str, Any]) -> Stated:
    return Stated(
        Reason(body["reason"]),
        About(body["about"]),
        tuple(body["figures"].items()),
        body["provision"],
        body["document"],
        body["article"],
    )


def _of_row(row: Any) -> Stated:
    return Stated(
        Reason(row.code),
        About.TEACHING,
        tuple(row.figures.items()),
        row.provision,
        row.document,
        row.article,
    )
