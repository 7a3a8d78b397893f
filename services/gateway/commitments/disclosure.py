"""Building a disclosure: the exact text with its blanks filled, conditions, the choice."""

import re
from hashlib import sha256
from typing import Any

from services.gateway.commitments import rules
from services.gateway.commitments.asked import Known
from services.gateway.commitments.schemas import (
    DisclosureIn,
    DisclosureOut,
    Finding,
    Said,
    State,
)
from shared.plans import Matter, Plan, Text
from shared.plans.records import Authority, Name, Target

UNFILLED = "……"  # what could not be asked stays visibly open
CONSEQUENCES = 5  # the section of every language's text that says what an untrue promise brings
ITEM = re.compile(r"^\d+\. +(.+)$", re.MULTILINE)


def build(plan: Plan, matter: Matter, body: DisclosureIn, known: Known) -> DisclosureOut:
    """Put text, conditions and consequences together for one class."""
    text = matter.text(body.language)
    chinese = matter.text("zh-Hans")
    shown = text.filled(_blanks(plan, body, known, body.language))
    beside = None if text.reviewed else chinese.filled(_blanks(plan, body, known, "zh-Hans"))
    findings = _findings(plan, matter, body, known)
    return DisclosureOut(
        matter=matter.id,
        version=text.version,
        language=body.language,
        reviewed=text.reviewed,
        text_sha256=text.sha256,
        shown_sha256=sha256(shown.encode()).hexdigest(),
        text=shown,
        beside=beside,
        conditions=findings,
        routes=[str(route) for route in matter.routes],
        may_commit=not known.degraded and all(_open(finding) for finding in findings),
        degraded=known.degraded,
        statements=[condition.id for condition in matter.conditions],
        signer=None if known.signer is None else str(known.signer["name"]),
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


def said(name: Name) -> Said:
    """Say a name of the plan pack on the wire."""
    return Said(zh=name.zh, en=name.en)


def _findings(plan: Plan, matter: Matter, body: DisclosureIn, known: Known) -> list[Finding]:
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
    found = []
    for condition in matter.conditions:
        state, reason = rules.decide(condition, facts)
        found.append(
            Finding(
                id=condition.id,
                name=said(condition.name),
                source=str(condition.source),
                answered_by=condition.answered_by,
                state=state,
                reason=reason,
            )
        )
    return found


def _commission(known: Known) -> dict[str, Any] | None:
    return None if known.first_day is None else known.first_day["commission"]


def _target(plan: Plan, commission: dict[str, Any] | None) -> Target | None:
    if commission is None:
        return None
    return next((one for one in plan.targets if one.id == commission["target"]), None)


def _blanks(plan: Plan, body: DisclosureIn, known: Known, language: str) -> dict[str, str]:
    commission, signer = _commission(known), known.signer or {}
    code = None if commission is None else commission["authority"]
    authority = next((one for one in plan.authorities if one.code == code), None)
    return {
        "organisation": str(signer.get("organisation_name", UNFILLED)),
        "credit_code": str(signer.get("credit_code", UNFILLED)),
        "signer": str(signer.get("name", UNFILLED)),
        "class_name": body.class_name,
        "commission": UNFILLED if commission is None else str(commission["document_number"]),
        "authority": UNFILLED if authority is None else _named(authority, language),
        "office": UNFILLED if authority is None else authority.office,
        "complaint_phone": UNFILLED if authority is None else authority.complaint_phone,
    }


def _named(authority: Authority, language: str) -> str:
    names = {"zh-Hans": authority.name.zh, "en": authority.name.en, "ug": authority.name_ug}
    return names[language]
