"""What an entry of the catalogue may say, by the plan. 三, 五(二); POLICY 8.10, 8.21."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from services.institutions.offerings.models import CodeSource
from services.institutions.refusals import Finding, Reason
from shared.plans import Plan
from shared.plans.vocabulary import CertificateKind, Kind

LOCAL: Final = "L-"
# X-XX-XX-XX of the occupational classification; a trade below an occupation appends its own number.
OFFICIAL: Final = re.compile(r"[1-8]-\d{2}-\d{2}-\d{2}(?:-\d{2})?")
LEVELLESS: Final = frozenset({CertificateKind.SPECIAL_ABILITY, CertificateKind.PERMIT})


class OfferingReason(Reason):
    """Why an offering cannot stand in the catalogue."""

    CODE_MISSING = "code_missing", "官方代码须填写代码", "An official code is missing"
    CODE_MALFORMED = (
        "code_malformed",
        "官方职业代码应为 X-XX-XX-XX",
        "An official occupation code has the form X-XX-XX-XX",
    )
    CODE_WITHOUT_SOURCE = (
        "code_without_source",
        "官方代码须注明出处，未见出处的请用本地代码",
        "An official code names the document it was seen in; otherwise use a local one",
    )
    LOCAL_CODE_GIVEN = (
        "local_code_given",
        "本地代码由系统生成，请勿填写代码和出处",
        "A local code is generated: give neither code nor source",
    )
    NAMED_OTHERWISE = (
        "subject_named_otherwise",
        "该代码已登记为另一名称",
        "The code is registered under another name",
    )
    LEVEL_MISSING = (
        "level_missing",
        "职业技能等级证书须注明等级",
        "A skill level certificate needs a level",
    )
    LEVEL_GIVEN = (
        "level_given",
        "此类证书不分等级",
        "This kind of certificate has no levels",
    )
    PRACTICE_ABOVE_HOURS = (
        "practice_above_hours",
        "实训课时多于总课时",
        "There are more practice hours than hours",
    )
    TARGET_UNKNOWN = "target_unknown", "计划中没有此目标", "The plan has no such target"
    TARGET_TWICE = "target_twice", "同一目标重复填写", "A target is named twice"
    KIND_NOT_OF_TARGET = (
        "kind_not_of_target",
        "该目标不含此培训类别",
        "The target does not take this kind of training",
    )
    HOURS_BELOW_TARGET = (
        "hours_below_target",
        "课时少于计划对该目标规定的最低课时",
        "Fewer hours than the plan asks of this target",
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer wants to enter; `known_name` is what the official code is called already."""

    kind: Kind
    code_source: CodeSource
    subject_name: str
    subject_code: str | None
    code_document: str | None
    known_name: str | None
    level: int | None
    hours: int
    practice_hours: int | None
    certificate_kind: CertificateKind
    targets: Sequence[str] | None


Findings = list[Finding]


def check(draft: Draft, plan: Plan) -> tuple[Finding, ...]:
    """List every reason why the draft cannot stand in the catalogue, in the order of CHECKS."""
    return tuple(finding for look in CHECKS for finding in look(draft, plan))


def _code(draft: Draft, _: Plan) -> Findings:
    if draft.code_source is CodeSource.LOCAL:
        given = draft.subject_code is not None or draft.code_document is not None
        return [Finding(OfferingReason.LOCAL_CODE_GIVEN)] if given else []
    found = []
    if draft.subject_code is None:
        found.append(Finding(OfferingReason.CODE_MISSING))
    elif not OFFICIAL.fullmatch(draft.subject_code):
        found.append(Finding(OfferingReason.CODE_MALFORMED))
    if draft.code_document is None:
        found.append(Finding(OfferingReason.CODE_WITHOUT_SOURCE))
    if draft.known_name not in {None, draft.subject_name}:
        found.append(Finding(OfferingReason.NAMED_OTHERWISE))
    return found


def _level(draft: Draft, _: Plan) -> Findings:
    if draft.certificate_kind is CertificateKind.SKILL_LEVEL and draft.level is None:
        return [Finding(OfferingReason.LEVEL_MISSING)]
    if draft.certificate_kind in LEVELLESS and draft.level is not None:
        return [Finding(OfferingReason.LEVEL_GIVEN)]
    return []


def _practice(draft: Draft, _: Plan) -> Findings:
    above = draft.practice_hours is not None and draft.practice_hours > draft.hours
    return [Finding(OfferingReason.PRACTICE_ABOVE_HOURS)] if above else []


def _targets(draft: Draft, plan: Plan) -> Findings:
    found = []
    if draft.targets and len(set(draft.targets)) < len(draft.targets):
        found.append(Finding(OfferingReason.TARGET_TWICE))
    for name in dict.fromkeys(draft.targets or ()):
        found += for_target(plan, name, kind=draft.kind, hours=draft.hours)
    return found


def for_target(plan: Plan, name: str, *, kind: Kind, hours: int) -> Findings:
    """List why training of this kind and length does not count for a target of the plan."""
    target = next((target for target in plan.targets if target.id == name), None)
    if target is None:
        return [Finding(OfferingReason.TARGET_UNKNOWN, name)]
    found = []
    if kind not in target.kinds:
        found.append(Finding(OfferingReason.KIND_NOT_OF_TARGET, name))
    if target.hours_min is not None and hours < target.hours_min:
        found.append(Finding(OfferingReason.HOURS_BELOW_TARGET, name))
    return found


CHECKS: Final[tuple[Callable[[Draft, Plan], Findings], ...]] = (_code, _level, _practice, _targets)


def local_code(number: int) -> str:
    """Write the local code of a counted number; it never looks like an official one."""
    return f"{LOCAL}{number:04d}"
