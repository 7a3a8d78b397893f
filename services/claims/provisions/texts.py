"""A decision said in words, to each audience what it may know and no more.

An institution reads what is about teaching; whatever is about the person, refused or undecided,
is one word to it. A translation into Uyghur is unreviewed and stands beside the Chinese.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.claims.provisions import reasons, wording_en, wording_ug, wording_zh
from services.claims.provisions.decision import Decision, Outcome, Stated
from services.claims.provisions.reasons import About, Figures, Need, Reason, Wanted
from shared import money
from shared.money import Fen
from shared.plans.vocabulary import (
    CERTIFICATE_EN,
    CERTIFICATE_ZH,
    KIND_EN,
    KIND_UG,
    KIND_ZH,
    CertificateKind,
    Kind,
    Language,
)

__all__ = ["Audience", "Line", "appeal", "outcome_for_institution", "reviewed", "say"]


class Audience(StrEnum):
    """Who reads."""

    PERSON = "person"
    INSTITUTION = "institution"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Line:
    """One reason or need as somebody reads it: its code, the sentence, and where it is written.

    `article` is empty for a need and for what an institution is not told.
    """

    code: str
    text: str
    article: str = ""


Wording = Mapping[Reason | Wanted, str]
_FORMS: Mapping[tuple[Audience, Language], Wording] = {
    (Audience.PERSON, Language.ZH): wording_zh.PERSON,
    (Audience.PERSON, Language.EN): wording_en.PERSON,
    (Audience.PERSON, Language.UG): wording_ug.PERSON,
    (Audience.INSTITUTION, Language.ZH): wording_zh.INSTITUTION,
    (Audience.INSTITUTION, Language.EN): wording_en.INSTITUTION,
    (Audience.AUTHORITY, Language.ZH): wording_zh.AUTHORITY,
    (Audience.AUTHORITY, Language.EN): wording_en.AUTHORITY,
}
_HIDDEN = {
    Language.ZH: wording_zh.NOT_PAYABLE_PERSON,
    Language.EN: wording_en.NOT_PAYABLE_PERSON,
}
_APPEALS = {
    Language.ZH: wording_zh.APPEAL,
    Language.EN: wording_en.APPEAL,
    Language.UG: wording_ug.APPEAL,
}
_CERTIFICATE_UG = {
    CertificateKind.QUALIFICATION: "دۆلەت كەسپىي سالاھىيەت گۇۋاھنامىسى",
    CertificateKind.SKILL_LEVEL: "كەسپىي ماھارەت دەرىجە گۇۋاھنامىسى",
    CertificateKind.SPECIAL_ABILITY: "مەخسۇس كەسپىي ئىقتىدار گۇۋاھنامىسى",
    CertificateKind.PERMIT: "ئالاھىدە تۈردىكى مەشغۇلات گۇۋاھنامىسى",
    CertificateKind.COMPLETION: "تەربىيەدە لاياقەتلىك بولغانلىق گۇۋاھنامىسى",
}
_LANGUAGES = (Language.ZH, Language.EN, Language.UG)
_WORDS: Mapping[str, tuple[str, str, str]] = {  # zh, en, ug
    "passed": ("合格", "passed", "لاياقەتلىك"),
    "failed": ("不合格", "failed", "لاياقەتسىز"),
    "absent": ("缺考", "absent", "سىناققا قاتناشمىغان"),
    "employees": ("职工养老金", "employees' pension", "خىزمەتچىلەر كۈتۈنۈش پۇلى"),
    "public": (
        "机关事业单位养老金",
        "public employees' pension",
        "ئورگان-كەسپىي ئورۇن كۈتۈنۈش پۇلى",
    ),
    "residents": ("城乡居民养老金", "residents' pension", "ئاھالىلەر كۈتۈنۈش پۇلى"),
    "institution": ("培训机构", "training institution", "تەربىيە ئورنى"),
    "employer": ("用人单位", "employer", "ئىشقا ئالغان ئورۇن"),
    **{kind.value: (KIND_ZH[kind], KIND_EN[kind], KIND_UG[kind]) for kind in Kind},
    **{
        kind.value: (CERTIFICATE_ZH[kind], CERTIFICATE_EN[kind], _CERTIFICATE_UG[kind])
        for kind in CertificateKind
    },
}
_LEVEL = {1: "一级", 2: "二级", 3: "三级", 4: "四级", 5: "五级"}
_CODED = {"kind", "certificate", "needed_certificate", "result", "pension", "role"}


def say(decision: Decision, audience: Audience, language: Language) -> tuple[Line, ...]:
    """Say every reason and need of a decision; an institution's person reasons as one word.

    Institutions and authorities are answered in Chinese or English only.
    """
    form = _FORMS[audience, language]
    found: list[Line] = []
    for each in _said(decision):
        if audience is Audience.INSTITUTION and _about(each) is About.PERSON:
            line = Line(reasons.NOT_PAYABLE_PERSON, _HIDDEN[language])
        else:
            line = _line(each, form, language)
        if line not in found:
            found.append(line)
    return tuple(found)


def outcome_for_institution(decision: Decision) -> str:
    """Say what an institution reads of an outcome: a person's matter looks the same either way."""
    about = {_about(each) for each in _said(decision)}
    return reasons.NOT_PAYABLE_PERSON if About.PERSON in about else decision.outcome


def appeal(decision: Decision, language: Language) -> str:
    """Say what the person can do against a refusal; empty for any other outcome. POLICY 8.20."""
    return _APPEALS[language] if decision.outcome is Outcome.REFUSED else ""


def reviewed(language: Language) -> bool:
    """Say whether texts in a language were reviewed; one that was not stands beside the Chinese."""
    return language is not Language.UG


def _said(decision: Decision) -> tuple[Stated | Need, ...]:
    return (*decision.reasons, *decision.needs)


def _about(each: Stated | Need) -> About:
    return each.about if isinstance(each, Stated) else reasons.ABOUT_NEED[each.what]


def _line(each: Stated | Need, form: Wording, language: Language) -> Line:
    if isinstance(each, Need):
        return Line(each.what, form[each.what])
    text = form[each.reason].format_map(_worded(each.figures, language))
    return Line(each.reason, text, f"{each.document} {each.article}")


def _worded(figures: Figures, language: Language) -> dict[str, str]:
    return {name: _word(name, value, language) for name, value in figures}


def _word(name: str, value: int | str, language: Language) -> str:
    if name in _CODED and value in _WORDS:
        return _WORDS[str(value)][_LANGUAGES.index(language)]
    if name.endswith("_fen"):
        return money.text(Fen(int(value)))
    special: Mapping[str, Callable[[int | str, Language], str]] = {
        "level": _level,
        "period": _period,
    }
    return special[name](value, language) if name in special else str(value)


def _level(value: int | str, language: Language) -> str:
    """Put a level behind its subject: nothing for none."""
    if not isinstance(value, int):
        return ""
    forms = {
        Language.ZH: f"（{_LEVEL.get(value, value)}）",
        Language.EN: f" (level {value})",
        Language.UG: f" ({value}-دەرىجە)",
    }
    return forms[language]


def _period(value: int | str, language: Language) -> str:
    year, _, quarter = str(value).partition("Q")
    forms: Mapping[Language, Sequence[str]] = {
        Language.ZH: (f"{year} 年", f"第 {quarter} 季度"),
        Language.EN: (year, f", quarter {quarter}"),
        Language.UG: (f"{year}-يىل", f" {quarter}-پەسىل"),
    }
    return "".join(forms[language][: 2 if quarter else 1])
