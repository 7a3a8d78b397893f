"""Building a disclosure: the exact text with its blanks filled, conditions, the choice."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from services.gateway.commitments import allowance, rules, saying, subsidy
from services.gateway.commitments.asked import Known, Own, Taught
from services.gateway.commitments.schemas import (
    AllowanceIn,
    DisclosureOut,
    FilingIn,
    Finding,
    State,
    SubsidyIn,
)
from shared.plans import Matter, Plan, Text
from shared.plans.records import Authority, Target

CHINESE = "zh-Hans"
NONE = "——"  # a class without a commission
UNFILLED = "……"  # what could not be asked stays visibly open
CONSEQUENCES = 5  # the section of every language's text that says what an untrue promise brings
ITEM = re.compile(r"^\d+\. +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Made:
    """What a disclosure is put together of; `blanks` gives a language's words."""

    blanks: Callable[[str], Mapping[str, str]]
    conditions: list[Finding]
    checks: list[Finding]
    may_commit: bool
    degraded: bool
    signer: str | None


def filing(plan: Plan, matter: Matter, body: FilingIn, known: Known) -> DisclosureOut:
    """Build the disclosure for a class that is about to be filed."""
    findings = _findings(plan, matter, body, known)
    made = Made(
        blanks=lambda language: _blanks(plan, body, known, language),
        conditions=findings,
        checks=[],
        may_commit=not known.degraded and all(_open(finding) for finding in findings),
        degraded=known.degraded,
        signer=None if known.signer is None else str(known.signer["name"]),
    )
    return _put_together(matter, body.language, made)


def claiming(plan: Plan, matter: Matter, body: SubsidyIn, known: Taught) -> DisclosureOut:
    """Build the disclosure for a taught class that its organisation is about to claim for."""
    target = known.room["target"] if known.room else None
    facts = subsidy.Facts(
        known.room,
        known.terms,
        next((one for one in plan.targets if one.id == target), None),
    )
    made = Made(
        blanks=lambda language: _claim_blanks(plan, known, language),
        conditions=subsidy.conditions(matter, facts),
        checks=subsidy.checks(matter, facts),
        may_commit=not known.degraded and subsidy.may_commit(matter, facts),
        degraded=known.degraded,
        signer=None if known.signer is None else str(known.signer["name"]),
    )
    return _put_together(matter, body.language, made)


def own(plan: Plan, matter: Matter, body: AllowanceIn, known: Own) -> DisclosureOut:
    """Build the disclosure for a person's own claim; whoever signs is the one who logged in.

    Nothing that is known closes the way to the own commitment: the decision says what is missing.
    """
    place = known.place
    groups: tuple[str, ...] = ()
    if place is not None:
        day = date.fromisoformat(place["starts_on"])
        groups = plan.provision("living_allowance").on(day).words("categories")
    facts = allowance.Facts(
        place,
        known.questions,
        known.account,
        known.rate,
        known.told,
        {one: plan.category(one).name for one in groups},
    )
    made = Made(
        blanks=lambda language: {
            "class_name": UNFILLED if place is None else str(place["class_name"]),
            **_office(plan, None if place is None else place["authority"], language),
        },
        conditions=allowance.conditions(matter, facts),
        checks=allowance.checks(matter, facts),
        may_commit=place is not None,
        degraded=known.degraded,
        signer=None,
    )
    return _put_together(matter, body.language, made)


def _put_together(matter: Matter, language: str, made: Made) -> DisclosureOut:
    text = matter.text(language)
    shown = text.filled(made.blanks(language))
    beside = None if text.reviewed else matter.text(CHINESE).filled(made.blanks(CHINESE))
    return DisclosureOut(
        matter=matter.id,
        version=text.version,
        language=text.language.value,
        reviewed=text.reviewed,
        text_sha256=text.sha256,
        shown_sha256=sha256(shown.encode()).hexdigest(),
        text=shown,
        beside=beside,
        conditions=made.conditions,
        checks=made.checks,
        routes=[str(route) for route in matter.routes],
        may_commit=made.may_commit,
        degraded=made.degraded,
        statements=[condition.id for condition in matter.conditions],
        signer=made.signer,
        consequences=consequences(text),
    )


def _open(finding: Finding) -> bool:
    """Say whether a condition leaves the way to a commitment open."""
    return finding.answered_by == "applicant" or finding.state is State.MET


def consequences(text: Text) -> list[str]:
    """Return what the text says an untrue promise brings: its fifth section, item by item."""
    section = text.body_markdown.split("\n### ")[CONSEQUENCES].partition("\n## ")[0]
    _, _, items = section.partition("\n")
    return [item.replace("**", "") for item in ITEM.findall(items)]


def _findings(plan: Plan, matter: Matter, body: FilingIn, known: Known) -> list[Finding]:
    facts = rules.Facts(
        planned=rules.Planned(
            body.starts_on, body.ends_on, body.hours, body.capacity, body.outside
        ),
        first_day=known.first_day,
        last_day=known.last_day,
        places_used=known.places_used,
        target=_target(plan, _commission(known)),
        class_size_max=plan.provision("class_rules").on(body.starts_on).integer("class_size_max"),
    )
    return [saying.found(one, rules.decide(one, facts)) for one in matter.conditions]


def _commission(known: Known) -> dict[str, Any] | None:
    return None if known.first_day is None else known.first_day["commission"]


def _target(plan: Plan, commission: dict[str, Any] | None) -> Target | None:
    if commission is None:
        return None
    return next((one for one in plan.targets if one.id == commission["target"]), None)


def _blanks(plan: Plan, body: FilingIn, known: Known, language: str) -> dict[str, str]:
    commission, signer = _commission(known), known.signer or {}
    return {
        **_signing(signer),
        "class_name": body.class_name,
        "commission": UNFILLED if commission is None else str(commission["document_number"]),
        **_office(plan, None if commission is None else commission["authority"], language),
    }


def _claim_blanks(plan: Plan, known: Taught, language: str) -> dict[str, str]:
    room = known.room
    commission = UNFILLED
    if room is not None and room["commission_id"] is None:
        commission = NONE
    elif known.terms is not None and (price := known.terms["terms"][0]["commission"]):
        commission = str(price["document_number"])
    return {
        **_signing(known.signer or {}),
        "class_name": UNFILLED if room is None else str(room["name"]),
        "commission": commission,
        **_office(plan, None if room is None else room["authority"], language),
    }


def _signing(signer: Mapping[str, Any]) -> dict[str, str]:
    return {
        "organisation": str(signer.get("organisation_name", UNFILLED)),
        "credit_code": str(signer.get("credit_code", UNFILLED)),
        "signer": str(signer.get("name", UNFILLED)),
    }


def _office(plan: Plan, code: str | None, language: str) -> dict[str, str]:
    authority = next((one for one in plan.authorities if one.code == code), None)
    return {
        "authority": UNFILLED if authority is None else _named(authority, language),
        "office": UNFILLED if authority is None else authority.office,
        "complaint_phone": UNFILLED if authority is None else authority.complaint_phone,
    }


def _named(authority: Authority, language: str) -> str:
    names = {"zh-Hans": authority.name.zh, "en": authority.name.en, "ug": authority.name_ug}
    return names[language] or authority.name.zh
