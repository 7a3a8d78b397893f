"""The text a person decides on, filled with what the class is, in the language they chose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.registry.classes.models import TrainingClass
from services.registry.enrolments import rules
from shared.plans import Matter, Plan
from shared.plans.vocabulary import Kind, Language

MATTER = "confirmation"
AUTHORITATIVE = Language.ZH.value

SLOT = {
    "per_year": {
        "zh-Hans": "{year} 年度{kind}名额 1 次",
        "ug": "{year}-يىللىق {kind} ياردەم پۇلى سانى 1 قېتىم",
        "en": "One {year} slot of: {kind}",
    },
    "same_subject": {
        "zh-Hans": "不占用年度名额（同一科目每{period}享受一次）",
        "ug": "يىللىق سان ئىشلىتىلمەيدۇ (ئوخشاش پەن ھەر {period} بىر قېتىم)",
        "en": "No yearly slot (the same subject once a {period})",
    },
    "own_limit": {
        "zh-Hans": "不占用年度名额（按该类培训自己的限额执行）",
        "ug": "يىللىق سان ئىشلىتىلمەيدۇ (بۇ تۈرنىڭ ئۆزىنىڭ چەكلىمىسى بار)",
        "en": "No yearly slot (this kind has a limit of its own)",
    },
}
PERIOD = {
    "year": {"zh-Hans": "年", "ug": "يىلدا", "en": "year"},
    "quarter": {"zh-Hans": "季度", "ug": "پەسىلدە", "en": "quarter"},
}


@dataclass(frozen=True, slots=True)
class Slot:
    """The slot that a class would use; `key` as claims keep it, None if none. POLICY 8.5."""

    key: str | None
    rule: str
    kind: str
    year: int
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One text as it is shown; `sha256` is of the text before its blanks are filled."""

    language: str
    version: str
    sha256: str
    reviewed: bool
    authoritative: bool
    body_markdown: str


def kind_words(kind: str) -> dict[str, str]:
    """Say a kind of training in every language."""
    found = Kind(kind)
    return {"zh-Hans": found.zh, "ug": found.ug, "en": found.en}


def slot(plan: Plan, *, kind: str, starts_on: date) -> Slot:
    """Say which slot a class of a kind uses, by the caps in force on its first day. 五(二)."""
    terms = plan.provision("caps").on(starts_on)
    labels, period = kind_words(kind), None
    if kind in terms.counts("per_year"):
        rule, key = "per_year", f"{starts_on.year}:{kind}"
    elif kind in (same := terms.labels("same_subject_per")):
        rule, key, period = "same_subject", None, same[kind]
    else:
        rule, key = "own_limit", None
    words = {
        language: form.format(
            year=starts_on.year,
            kind=labels[language],
            period=PERIOD[period][language] if period else "",
        )
        for language, form in SLOT[rule].items()
    }
    return Slot(key, rule, kind, starts_on.year, words)


def in_force(plan: Plan, language: str) -> tuple[rules.Yes, bool]:
    """Return the text in force in a language, and whether a reviewer has read it."""
    text = plan.matter(MATTER).text(language)
    return rules.Yes(text.version, language, text.sha256), text.reviewed


def shown(
    plan: Plan, training_class: TrainingClass, *, organisation: str, language: str
) -> list[Shown]:
    """Fill the text of a language, and beside it the authoritative one unless it was reviewed."""
    matter = plan.matter(MATTER)
    chosen = matter.text(language)
    languages = [language] if chosen.reviewed else [language, AUTHORITATIVE]
    return [_filled(plan, matter, training_class, organisation, one) for one in languages]


def _filled(
    plan: Plan, matter: Matter, training_class: TrainingClass, organisation: str, language: str
) -> Shown:
    text = matter.text(language)
    authority = plan.authority(training_class.authority)
    names = {
        "zh-Hans": authority.name.zh,
        "ug": authority.name_ug or authority.name.zh,
        "en": authority.name.en,
    }
    used = slot(plan, kind=training_class.kind, starts_on=training_class.starts_on)
    body = text.filled(
        {
            "class_name": training_class.name,
            "kind": kind_words(training_class.kind)[language],
            "organisation": organisation,
            "hours": str(training_class.hours),
            "starts_on": _day(training_class.starts_on, language),
            "ends_on": _day(training_class.ends_on, language),
            "place": training_class.place,
            "authority": names[language],
            "slot": used.words[language],
            "office": authority.office,
            "complaint_phone": authority.complaint_phone,
        }
    )
    return Shown(language, text.version, text.sha256, text.reviewed, text.authoritative, body)


def _day(day: date, language: str) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if language == AUTHORITATIVE else day.isoformat()
