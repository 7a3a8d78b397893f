"""A decision said in words, to each audience what it may know and no more.

An institution reads what is about teaching; whatever is about the person, refused or undecided,
is one word to it, and nothing beside that word tells the one from the other. A translation into
Uyghur is unreviewed and stands beside the Chinese.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.claims.provisions import (
    reasons,
    wording_after,
    wording_en,
    wording_ug,
    wording_zh,
)
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

__all__ = [
    "NOWHERE",
    "Audience",
    "Line",
    "Setting",
    "appeal",
    "cite",
    "later",
    "outcome_for_institution",
    "reviewed",
    "say",
    "step",
    "teaching",
]


class Audience(StrEnum):
    """Who reads."""

    PERSON = "person"
    INSTITUTION = "institution"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Line:
    """One reason or need as somebody reads it: its code, the sentence, and where it is written.

    `article` is empty for what an institution is not told.
    """

    code: str
    text: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """Who decides, by name in the language of the text, and where each fact is asked for."""

    authority: str = ""
    articles: Mapping[Wanted, str] = field(default_factory=dict)


Wording = Mapping[Reason | Wanted, str]
NOWHERE = Setting()
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
_DECIDED_HERE = {
    Language.ZH: "本市部署决定",
    Language.EN: "decision of this deployment ",
    Language.UG: "مۇشۇ شەھەرنىڭ قارارى ",
}
_LEVEL = {1: "一级", 2: "二级", 3: "三级", 4: "四级", 5: "五级"}
_CODED = {"kind", "certificate", "needed_certificate", "result", "pension", "role"}


def say(
    decision: Decision, audience: Audience, language: Language, setting: Setting = NOWHERE
) -> tuple[Line, ...]:
    """Say every reason and need of a decision; an institution's person reasons as one word.

    Institutions and authorities are answered in Chinese or English only.
    """
    if (
        audience is Audience.INSTITUTION
        and outcome_for_institution(decision) == reasons.NOT_PAYABLE_PERSON
    ):
        return (Line(reasons.NOT_PAYABLE_PERSON, _HIDDEN[language]),)
    said = _said(decision) if audience is not Audience.INSTITUTION else teaching(decision)
    lines = (_line(each, audience, language, setting) for each in said)
    return tuple(dict.fromkeys(lines))


def outcome_for_institution(decision: Decision) -> str:
    """Say what an institution reads of an outcome: a person's matter looks the same either way.

    What refuses for its teaching hides what else there is of the person; where nothing does, the
    person's matter hides which facts of teaching are missing, as a refusal asks for none.
    """
    if any(each.about is About.TEACHING for each in decision.reasons):
        return decision.outcome
    about = {_about(each) for each in _said(decision)}
    return reasons.NOT_PAYABLE_PERSON if About.PERSON in about else decision.outcome


def teaching(decision: Decision) -> tuple[Stated | Need, ...]:
    """Return the reasons and needs that an institution may read, nothing where a person's hide."""
    if outcome_for_institution(decision) == reasons.NOT_PAYABLE_PERSON:
        return ()
    return tuple(each for each in _said(decision) if _about(each) is About.TEACHING)


def appeal(state: str, language: Language) -> str:
    """Say what the person can do about a line in this state; empty where nothing. POLICY 8.20."""
    if state in {Outcome.REFUSED, "returned", "voided"}:
        return _APPEALS[language]
    return wording_after.UNDECIDED[language] if state == Outcome.UNDECIDED else ""


def step(state: str, language: Language) -> str:
    """Say what an organisation can do next about a line in the state that it reads."""
    return wording_after.NEXT[language].get(state, "")


def later(code: str, language: Language, setting: Setting, **figures: str) -> str:
    """Say what came after the decision: why a line waits, or came to nothing."""
    blanks = {"authority": _authority(setting, language), **figures}
    return wording_after.LATER[language][code].format_map(blanks).rstrip()


def cite(document: str, article: str, language: Language) -> str:
    """Name a document and article; what this deployment decided is called so."""
    if not document.startswith("POLICY"):
        return f"{document} {article}".rstrip()
    return f"{_DECIDED_HERE[language]}（{document}）{article}"


def reviewed(language: Language) -> bool:
    """Say whether texts in a language were reviewed; one that was not stands beside the Chinese."""
    return language is not Language.UG


def _said(decision: Decision) -> tuple[Stated | Need, ...]:
    return (*decision.reasons, *decision.needs)


def _about(each: Stated | Need) -> About:
    return each.about if isinstance(each, Stated) else reasons.ABOUT_NEED[each.what]


def _line(each: Stated | Need, audience: Audience, language: Language, setting: Setting) -> Line:
    form = _FORMS[audience, language]
    if isinstance(each, Need):
        asked = wording_after.ASK_OFFICE
        if audience is Audience.PERSON:
            asked = wording_after.ASK_PERSON
        whom = asked[language][each.from_whom].format(authority=_authority(setting, language))
        gap = "" if language is Language.ZH or not whom else " "
        text = f"{form[each.what]}{gap}{whom}"
        return Line(each.what, text, setting.articles.get(each.what, ""))
    text = form[each.reason].format_map(_worded(each.figures, language))
    return Line(each.reason, text, cite(each.document, each.article, language))


def _authority(setting: Setting, language: Language) -> str:
    return setting.authority or wording_after.SOMEBODY[language]


def _worded(figures: Figures, language: Language) -> dict[str, str]:
    given = dict(figures)
    words = {name: _word(name, value, language) for name, value in figures}
    attended, planned = given.get("attended"), given.get("planned")
    if isinstance(attended, int) and isinstance(planned, int) and planned:
        words["percent"] = _percent(attended, planned)
    return words


def _percent(part: int, whole: int) -> str:
    """Write a share cut, not rounded: 79.96 % of the hours is not 80 % of them."""
    tenths = part * 1000 // whole
    return f"{tenths // 10}%" if tenths % 10 == 0 else f"{tenths / 10:.1f}%"


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
