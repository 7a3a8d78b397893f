"""What stands against a result or a certificate: every fault of every line is listed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.registry.assessments.schemas import CertificateIn, Outcome, ResultIn
from shared.standards import certificates, levels
from shared.standards.certificates import Kind

ATTEMPTS_MAX = 3


class Fault(StrEnum):
    """What is wrong with one line, in the order in which faults are looked for."""

    ENROLMENT_UNKNOWN = "enrolment_unknown"
    NAMED_TWICE = "named_twice"
    ASSESSED_IN_FUTURE = "assessed_in_future"
    ASSESSED_BEFORE_END = "assessed_before_end"
    ASSESSED_BEFORE_LAST = "assessed_before_last"
    ALREADY_PASSED = "already_passed"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    SCORE_OF_ABSENT = "score_of_absent"
    NEVER_ATTENDED = "never_attended"
    NOT_PASSED = "not_passed"
    NOT_COMPLETED = "not_completed"
    ALREADY_CERTIFIED = "already_certified"
    ISSUED_IN_FUTURE = "issued_in_future"
    ISSUED_BEFORE_PASSED = "issued_before_passed"
    NUMBER_GIVEN = "number_given"
    NUMBER_TWICE = "number_twice"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_FORM = "certificate_form"
    CERTIFICATE_PROVINCE = "certificate_province"
    CERTIFICATE_YEAR = "certificate_year"
    CERTIFICATE_LEVEL = "certificate_level"
    CERTIFICATE_CHECKSUM = "certificate_checksum"


TEXTS: Mapping[Fault, tuple[str, str]] = {
    Fault.ENROLMENT_UNKNOWN: (
        "该班级没有这名已确认的学员。",
        "The class has no such confirmed trainee.",
    ),
    Fault.NAMED_TWICE: ("同一学员重复出现。", "The trainee is named twice."),
    Fault.ASSESSED_IN_FUTURE: ("考核日期晚于今天。", "The day of assessment lies ahead."),
    Fault.ASSESSED_BEFORE_END: (
        "考核日期早于最后一次课。",
        "The day of assessment lies before the last session.",
    ),
    Fault.ASSESSED_BEFORE_LAST: (
        "考核日期早于该学员上一次考核。",
        "The day of assessment lies before the trainee's previous attempt.",
    ),
    Fault.ALREADY_PASSED: ("该学员已考核合格。", "The trainee has passed already."),
    Fault.TOO_MANY_ATTEMPTS: ("考核次数已满三次。", "There were three attempts already."),
    Fault.SCORE_OF_ABSENT: ("缺考不能有成绩。", "Who was absent has no score."),
    Fault.NEVER_ATTENDED: (
        "该学员没有任何一次课的出勤记录，不能登记为合格。",
        "The trainee attended no session; a pass cannot be filed.",
    ),
    Fault.NOT_PASSED: ("该学员没有合格的考核结果。", "The trainee has no passed result."),
    Fault.NOT_COMPLETED: (
        "该学员出勤课时未达到要求。",
        "The trainee did not attend enough hours.",
    ),
    Fault.ALREADY_CERTIFIED: (
        "该学员在本班已有有效证书。",
        "The trainee has a valid certificate of this class.",
    ),
    Fault.ISSUED_IN_FUTURE: ("发证日期晚于今天。", "The day of issue lies ahead."),
    Fault.ISSUED_BEFORE_PASSED: (
        "发证日期早于考核合格日期。",
        "The day of issue lies before the passed assessment.",
    ),
    Fault.NUMBER_GIVEN: (
        "培训合格证书编号由系统生成，请不要填写。",
        "A completion certificate gets its number here; leave it out.",
    ),
    Fault.NUMBER_TWICE: ("证书编号重复出现。", "The number is given twice."),
    Fault.CERTIFICATE_MISSING: ("缺少证书编号。", "The number is missing."),
    Fault.CERTIFICATE_FORM: (
        "证书编号格式不符合该类证书的规则。",
        "The number does not have the form of its kind.",
    ),
    Fault.CERTIFICATE_PROVINCE: (
        "证书编号中的省级代码无效。",
        "The number's province does not exist.",
    ),
    Fault.CERTIFICATE_YEAR: (
        "证书编号中的年份晚于发证日期。",
        "The number's year lies after the day of issue.",
    ),
    Fault.CERTIFICATE_LEVEL: (
        "证书编号中的等级与培训班等级不符。",
        "The number's level is not that of the class.",
    ),
    Fault.CERTIFICATE_CHECKSUM: ("证书编号校验位不符。", "The number fails its check character."),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A confirmed trainee's place in the class, with what was assessed and issued so far."""

    enrolment_id: UUID
    attempts: int
    last_on: date | None
    passed_on: date | None
    completed: bool
    certified: bool


@dataclass(frozen=True, slots=True)
class LineFault:
    """One fault of one line of a request, counted from 0."""

    index: int
    field: str
    fault: Fault


def results(
    lines: Sequence[ResultIn],
    places: Mapping[UUID, Place],
    *,
    kind: Kind,
    never_attended: Collection[UUID],
    last_session: date,
    on: date,
) -> list[LineFault]:
    """List every fault of results; a pass needs a session attended, but for a permit."""
    named = Counter(line.enrolment_id for line in lines)
    found = []
    for index, line in enumerate(lines):
        place = places.get(line.enrolment_id)
        if place is None:
            found.append(LineFault(index, "enrolment_id", Fault.ENROLMENT_UNKNOWN))
            continue
        if named[line.enrolment_id] > 1:
            found.append(LineFault(index, "enrolment_id", Fault.NAMED_TWICE))
        checks = _result(line, place, last_session, on)
        found += [LineFault(index, field, fault) for field, fault in checks]
        passes = line.outcome is Outcome.PASSED and kind is not Kind.PERMIT
        if passes and line.enrolment_id in never_attended:
            found.append(LineFault(index, "enrolment_id", Fault.NEVER_ATTENDED))
    return found


def _result(
    line: ResultIn, place: Place, last_session: date, on: date
) -> Iterator[tuple[str, Fault]]:
    if line.assessed_on > on:
        yield "assessed_on", Fault.ASSESSED_IN_FUTURE
    if line.assessed_on < last_session:
        yield "assessed_on", Fault.ASSESSED_BEFORE_END
    if place.last_on is not None and line.assessed_on < place.last_on:
        yield "assessed_on", Fault.ASSESSED_BEFORE_LAST
    if place.passed_on is not None:
        yield "enrolment_id", Fault.ALREADY_PASSED
    elif place.attempts >= ATTEMPTS_MAX:
        yield "enrolment_id", Fault.TOO_MANY_ATTEMPTS
    if line.outcome is Outcome.ABSENT and line.score is not None:
        yield "score", Fault.SCORE_OF_ABSENT


def issues(
    lines: Sequence[CertificateIn],
    places: Mapping[UUID, Place],
    *,
    kind: Kind,
    level: int | None,
    on: date,
) -> list[LineFault]:
    """List every fault of certificates that are to be issued. POLICY 4.5, 8.10."""
    named = Counter(line.enrolment_id for line in lines)
    numbers = Counter(certificates.normalise(line.number) for line in lines if line.number)
    found = []
    for index, line in enumerate(lines):
        place = places.get(line.enrolment_id)
        if place is None:
            found.append(LineFault(index, "enrolment_id", Fault.ENROLMENT_UNKNOWN))
            continue
        if named[line.enrolment_id] > 1:
            found.append(LineFault(index, "enrolment_id", Fault.NAMED_TWICE))
        if line.number and numbers[certificates.normalise(line.number)] > 1:
            found.append(LineFault(index, "number", Fault.NUMBER_TWICE))
        checks = (*_place(line, place, kind, on), *_number(line, kind, level))
        found += [LineFault(index, field, fault) for field, fault in checks]
    return found


def _place(line: CertificateIn, place: Place, kind: Kind, on: date) -> Iterator[tuple[str, Fault]]:
    if place.passed_on is None:
        yield "enrolment_id", Fault.NOT_PASSED
    elif line.issued_on < place.passed_on:
        yield "issued_on", Fault.ISSUED_BEFORE_PASSED
    if kind is Kind.COMPLETION and not place.completed:
        yield "enrolment_id", Fault.NOT_COMPLETED
    if place.certified:
        yield "enrolment_id", Fault.ALREADY_CERTIFIED
    if line.issued_on > on:
        yield "issued_on", Fault.ISSUED_IN_FUTURE


def _number(line: CertificateIn, kind: Kind, level: int | None) -> Iterator[tuple[str, Fault]]:
    if kind is Kind.COMPLETION:
        if line.number is not None:
            yield "number", Fault.NUMBER_GIVEN
        return
    fault = certificates.check(
        kind,
        certificates.normalise(line.number or ""),
        levels.of_number(level) if level else None,
        on=line.issued_on,
    )
    if fault is not None:
        yield "number", Fault(fault.value)
