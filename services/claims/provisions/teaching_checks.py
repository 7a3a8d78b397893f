"""What an institution can know and mend: the class, its hours, results and certificates."""

from fractions import Fraction
from math import ceil

from services.claims.provisions import fund_order, reasons
from services.claims.provisions.facts import Basis, Fact, Holder, LineFacts, Result
from services.claims.provisions.in_force import InForce
from services.claims.provisions.reasons import Finding, Need, Reason, Wanted

Said = Finding | Need | None

# Which standing of an organisation each ground of a class rests on. 六(三), POLICY 8.26
ROLES = {
    Basis.COMMISSION: "institution",
    Basis.DIRECTORY: "institution",
    Basis.AGREEMENT: "employer",
}


def class_accepted(facts: LineFacts, _: InForce) -> Said:
    """Refuse a class that was never accepted or was voided."""
    return None if facts.course.accepted else reasons.because(Reason.CLASS_NOT_ACCEPTED)


def class_closed(facts: LineFacts, _: InForce) -> Said:
    """Wait until every session is recorded: hours may still grow."""
    wanted = reasons.need(Wanted.CLASS_CLOSED, Holder.ORGANISATION)
    return None if facts.course.closed else wanted


def within_plan(facts: LineFacts, terms: InForce) -> Said:
    """Refuse a class that begins outside the plan's years. 二."""
    day = facts.course.starts_on
    if terms.plan_starts_on <= day <= terms.plan_ends_on:
        return None
    return reasons.because(
        Reason.CLASS_OUTSIDE_PLAN,
        starts_on=day.isoformat(),
        plan_starts_on=terms.plan_starts_on.isoformat(),
        plan_ends_on=terms.plan_ends_on.isoformat(),
    )


def kind_subsidised(facts: LineFacts, terms: InForce) -> Said:
    """Refuse kinds that have a subsidy of their own, and kinds that no fund pays. 五(一)."""
    course = facts.course
    paid = fund_order.of(kind=course.kind, target=course.target, terms=terms)
    if course.kind in terms.kinds and paid is not None:
        return None
    return reasons.because(Reason.KIND_NOT_SUBSIDISED, kind=course.kind)


def kind_for_staff(facts: LineFacts, terms: InForce) -> Said:
    """Refuse an employer's class of a kind that staff are not subsidised for. 五(一)."""
    course = facts.course
    if course.basis is not Basis.AGREEMENT or course.kind in terms.staff_kinds:
        return None
    return reasons.because(Reason.KIND_NOT_FOR_STAFF, kind=course.kind)


def level_for_staff(facts: LineFacts, terms: InForce) -> Said:
    """Refuse an employer's class for a level that staff are not subsidised for. 五(一)."""
    level = facts.course.level
    if facts.course.basis is not Basis.AGREEMENT or level is None:
        return None
    stands = str(level) not in terms.staff_levels
    return reasons.because(Reason.LEVEL_NOT_FOR_STAFF, level=level) if stands else None


def organisation_entitled(facts: LineFacts, _: InForce) -> Said:
    """Refuse an organisation that was not listed, or no employer, on the first day. 六(三)."""
    needed = ROLES[facts.course.basis]
    if needed in facts.course.roles:
        return None
    return reasons.because(Reason.ORGANISATION_NOT_ENTITLED, role=needed)


def in_turpan(facts: LineFacts, terms: InForce) -> Said:
    """Refuse training outside Turpan where the measure does not allow it. 五(二), POLICY 8.10."""
    target = terms.targets.get(facts.course.target)
    allowed = target is not None and target.measure in terms.outside_measures
    return reasons.because(Reason.OUTSIDE_TURPAN) if facts.course.outside and not allowed else None


def certificate_kind_accepted(facts: LineFacts, terms: InForce) -> Said:
    """Refuse a class that ends in a kind of certificate which is not recognised. POLICY 8.10."""
    kind = facts.course.certificate_kind
    if not terms.certificate_required or kind in terms.certificate_kinds:
        return None
    return reasons.because(Reason.CERTIFICATE_KIND_NOT_ACCEPTED, certificate=kind)


def hours_taught(facts: LineFacts, terms: InForce) -> Said:
    """Refuse a closed class that taught less than its offering and its target ask for. 三."""
    course, target = facts.course, terms.targets.get(facts.course.target)
    least = (target.hours_min or 0) if target else 0
    needed = max(course.offering_hours, least)
    if not course.closed or course.taught_hours >= needed:
        return None
    figures = (("taught", course.taught_hours), ("needed", needed))
    named = course.target if course.taught_hours < least else None
    return Finding(Reason.TOO_FEW_HOURS_TAUGHT, figures, named)


def attended_enough(facts: LineFacts, terms: InForce) -> Said:
    """Refuse who attended less than the share of the planned hours. POLICY 8.4."""
    course, attended = facts.course, facts.trainee.hours_attended
    share, planned = terms.attendance_threshold, course.planned_hours
    if not course.closed or attended * share.denominator >= share.numerator * planned:
        return None
    return reasons.because(
        Reason.ATTENDED_TOO_LITTLE,
        attended=attended,
        needed=ceil(share * planned),
        planned=planned,
        share=_percent(share),
    )


def passed(facts: LineFacts, terms: InForce) -> Said:
    """Refuse who did not pass; wait for a result that is not in. 五(二)."""
    result = facts.trainee.result
    if not terms.certificate_required or result is Result.PASSED:
        return None
    if result is None:
        return reasons.need(Wanted.RESULT, Holder.ISSUER)
    return reasons.because(Reason.NOT_PASSED, result=result)


def certificate_issued(facts: LineFacts, terms: InForce) -> Said:
    """Wait for the certificate of who passed. 五(二)."""
    trainee = facts.trainee
    waiting = trainee.certificate is None and trainee.result is Result.PASSED
    if not terms.certificate_required or not waiting:
        return None
    return reasons.need(Wanted.CERTIFICATE, Holder.ISSUER)


def certificate_of_kind(facts: LineFacts, _: InForce) -> Said:
    """Refuse another kind of certificate than the offering's. POLICY 8.10."""
    found, needed = facts.trainee.certificate, facts.course.certificate_kind
    if found is None or found.kind == needed:
        return None
    return reasons.because(
        Reason.CERTIFICATE_OTHER_KIND, certificate=found.kind, needed_certificate=needed
    )


def certificate_of_subject(facts: LineFacts, _: InForce) -> Said:
    """Refuse a certificate of another subject or level than the class's. 五(二)."""
    found, course = facts.trainee.certificate, facts.course
    if found is None or (found.subject_code, found.level) == (course.subject_code, course.level):
        return None
    return reasons.because(
        Reason.CERTIFICATE_OTHER_SUBJECT, subject=course.subject_name, level=course.level or ""
    )


def certificate_number(facts: LineFacts, _: InForce) -> Said:
    """Refuse a number that cannot be one of its kind. POLICY 4.5."""
    found = facts.trainee.certificate
    if found is None or found.number_ok:
        return None
    return reasons.because(Reason.CERTIFICATE_NUMBER_WRONG, certificate=found.kind)


def certificate_valid(facts: LineFacts, _: InForce) -> Said:
    """Refuse a certificate that its issuer voided."""
    found = facts.trainee.certificate
    return None if found is None or found.valid else reasons.because(Reason.CERTIFICATE_VOIDED)


def certificate_after_class(facts: LineFacts, _: InForce) -> Said:
    """Refuse a certificate that was there before the class: 参加培训后取得证书. 五(二)."""
    found, course = facts.trainee.certificate, facts.course
    if found is None or found.issued_on >= course.starts_on:
        return None
    return reasons.because(
        Reason.CERTIFICATE_BEFORE_CLASS,
        issued_on=found.issued_on.isoformat(),
        starts_on=course.starts_on.isoformat(),
    )


def fee_known(facts: LineFacts, _: InForce) -> Said:
    """Wait for whether the person paid a fee: who is paid depends on it. POLICY 8.8."""
    charged = facts.trainee.charged
    return None if isinstance(charged, Fact) else reasons.need(Wanted.FEE, charged.from_whom)


def price_set(facts: LineFacts, _: InForce) -> Said:
    """Wait for the contract's price, or the rate: an unset rate is never 0. POLICY 8.1."""
    course = facts.course
    if course.basis is Basis.COMMISSION:
        wanted, price = Wanted.COMMISSION_PRICE, course.commission
    else:
        wanted, price = Wanted.RATE, course.rate
    return reasons.need(wanted, Holder.AUTHORITY) if price is None else None


def day_rate_set(facts: LineFacts, _: InForce) -> Said:
    """Wait for the rate of the living allowance: an unset rate is never 0. POLICY 8.12."""
    wanted = reasons.need(Wanted.DAY_RATE, Holder.AUTHORITY)
    return wanted if facts.course.day_rate is None else None


def own_fund_first(facts: LineFacts, terms: InForce) -> Said:
    """Refuse where the employer's own education fund paid it all. 三(一)4, POLICY 8.7."""
    course = facts.course
    order = fund_order.of(kind=course.kind, target=course.target, terms=terms)
    if order is None or not order.own_first:
        return None
    if not isinstance(course.own_fund, Fact):
        return reasons.need(Wanted.OWN_FUND, course.own_fund.from_whom)
    price = course.commission if course.basis is Basis.COMMISSION else course.rate
    if price is None or course.own_fund.value < price.fen:
        return None
    figures = (("own_fen", course.own_fund.value), ("price_fen", price.fen))
    return Finding(Reason.OWN_FUND_COVERS, figures, course.target)


def _percent(part: Fraction) -> str:
    percent = part * 100
    return f"{percent}%" if percent.denominator == 1 else str(part)
