"""What is known of each condition of claiming the training subsidy for a class.

Pure. Counts of the class and facts of the organisation, never one person's status: what is about
a person is decided and said elsewhere. 六(三), DESIGN 4. What could not be asked is `unknown`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.gateway.commitments import saying
from services.gateway.commitments.saying import Answer
from services.gateway.commitments.schemas import Finding
from shared import money
from shared.money import Fen
from shared.plans import Matter
from shared.plans.records import Target

Json = Mapping[str, Any]
# An employer that trains its own staff needs no listing. POLICY 8.26
EMPLOYS = {"applied", "listed"}


@dataclass(frozen=True, slots=True)
class Facts:
    """The class as the registry tells its organisation; what institutions says; None: not told."""

    room: Json | None
    terms: Json | None
    target: Target | None


def conditions(matter: Matter, facts: Facts) -> list[Finding]:
    """Say of every condition of the matter whether it is met."""
    return [
        saying.found(one, CONDITIONS.get(one.id, _promised)(facts)) for one in matter.conditions
    ]


def checks(matter: Matter, facts: Facts) -> list[Finding]:
    """Say what the decision looks at besides: class, places, standing, price."""
    return [
        saying.beside(matter, identifier, names, check(facts))
        for identifier, (names, check) in CHECKS.items()
    ]


def may_commit(matter: Matter, facts: Facts) -> bool:
    """Say whether the claim may be made by commitment; by documents it always may."""
    if facts.room is None or facts.terms is None or facts.room["state"] != "accepted":
        return False
    return not matter.commissions_only or facts.room["basis"] == "commission"


def _promised(_: Facts) -> Answer:
    return saying.open_(
        "由您单位承诺，系统不能代为判断。",
        "Only your promise can say; the system does not judge it.",
    )


def _hours(facts: Facts) -> Answer:
    room, terms = facts.room, facts.terms
    if room is None or terms is None:
        return saying.unasked()
    taught = sum(one["hours"] for one in room["sessions"] if one["state"] == "held")
    least = (facts.target.hours_min or 0) if facts.target else 0
    needed = max(terms["terms"][0]["offering_hours"], least)
    zh, en = (
        f"已授课 {taught} 课时，要求 {needed} 课时",
        f"{taught} hours taught, {needed} required",
    )
    if taught >= needed:
        return saying.met(f"{zh}。", f"{en}.")
    if room["closed_at"] is None:
        return saying.open_(f"{zh}，培训班尚未结束。", f"{en}; the class is not closed yet.")
    return saying.unmet(f"{zh}，全班都不能支付。", f"{en}: nobody in the class can be paid for.")


def _attendance(facts: Facts) -> Answer:
    return _share(facts, "completed", "达到规定的出勤比例", "attended the required share")


def _certificates(facts: Facts) -> Answer:
    return _share(facts, "certified", "取得规定的证书", "have the certificate")


def _share(facts: Facts, word: str, zh: str, en: str) -> Answer:
    """Compare a count of the class with its confirmed people; who they are is not said."""
    room = facts.room
    if room is None or room["counts"] is None:
        return saying.unasked()
    done, confirmed = room["counts"][word], room["counts"]["confirmed"]
    told = (f"{confirmed} 人中 {done} 人{zh}", f"{done} of {confirmed} people {en}")
    if confirmed and done == confirmed:
        return saying.met(f"{told[0]}。", f"{told[1]}.")
    if room["closed_at"] is None:
        return saying.open_(
            f"{told[0]}，培训班尚未结束。", f"{told[1]}; the class is not closed yet."
        )
    return saying.unmet(
        f"{told[0]}，其余的人不能支付，不影响其他人。",
        f"{told[1]}; the others cannot be paid for, which touches nobody else.",
    )


def _payee(facts: Facts) -> Answer:
    if facts.terms is None:
        return saying.unasked()
    if facts.terms["account"]:
        return saying.met("已登记并经确认的收款账户。", "An account is registered and confirmed.")
    return saying.unmet(
        "还没有经确认的收款账户，可以先申领，拨付以前须登记。",
        "No account is confirmed yet; claim now, register one before the payment.",
    )


def _closed(facts: Facts) -> Answer:
    room = facts.room
    if room is None:
        return saying.unasked()
    if room["state"] != "accepted":
        return saying.unmet(
            "培训班没有受理，或者已撤回、作废。", "The class is not accepted, or was voided."
        )
    if room["closed_at"] is None:
        return saying.open_(
            "培训班尚未结束：课次考勤齐全以后自动结束，结束以前不能核定。",
            "The class is not closed: it closes when every sheet is in; nothing is decided before.",
        )
    return saying.met("培训班已结束。", "The class is closed.")


def _places(facts: Facts) -> Answer:
    if facts.room is None or facts.room["counts"] is None:
        return saying.unasked()
    confirmed = facts.room["counts"]["confirmed"]
    if not confirmed:
        return saying.unmet("没有本人确认的学员。", "Nobody has confirmed.")
    return saying.met(f"本人确认的学员 {confirmed} 人。", f"{confirmed} people confirmed.")


def _standing(facts: Facts) -> Answer:
    room, terms = facts.room, facts.terms
    if room is None or terms is None:
        return saying.unasked()
    first = terms["terms"][0]
    if room["basis"] == "agreement":
        if first["employer"] in EMPLOYS:
            return saying.met("开班当日是登记的用人单位。", "An employer on the first day.")
        return saying.unmet(
            "开班当日不是登记的用人单位。", "Not a registered employer on the first day."
        )
    if first["institution"] == "listed":
        return saying.met("开班当日在培训机构目录内。", "In the directory on the first day.")
    return saying.unmet(
        "开班当日不在培训机构目录内，或者已被暂停。",
        "Not in the directory of institutions on the first day, or suspended.",
    )


def _price(facts: Facts) -> Answer:
    room, terms = facts.room, facts.terms
    if room is None or terms is None:
        return saying.unasked()
    word = "commission" if room["basis"] == "commission" else "rate"
    price = terms["terms"][0][word]
    if price is None:
        return saying.unmet(
            "主管单位还没有录入并确认标准：可以先申领，标准确定以后再核定，不会按零处理。",
            "The authority has set no rate: claim now, it is decided once it is set, never as 0.",
        )
    yuan = money.text(Fen(price["fen_per_person"]))
    return saying.met(
        f"每人 {yuan} 元，依据 {price['document_number']}。",
        f"{yuan} yuan a person, by {price['document_number']}.",
    )


CONDITIONS: Mapping[str, Callable[[Facts], Answer]] = {
    "hours": _hours,
    "attendance": _attendance,
    "certificates": _certificates,
    "payee": _payee,
}
CHECKS: Mapping[str, tuple[tuple[str, str], Callable[[Facts], Answer]]] = {
    "class_closed": (("培训班已经结束", "The class is closed"), _closed),
    "places": (("有本人确认的学员", "People confirmed in person"), _places),
    "standing": (("开班当日具备资格", "Entitled on the first day"), _standing),
    "price": (("补贴标准或者合同价已确定", "The rate or the contract's price is set"), _price),
}
