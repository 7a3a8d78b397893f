"""What each audience reads: whole sentences to the person, nothing of the person to others."""

import re
import string
from dataclasses import replace
from itertools import product

import pytest

from services.claims.provisions import (
    deciding,
    decision,
    reasons,
    texts,
    wording_en,
    wording_ug,
    wording_zh,
)
from services.claims.provisions.decision import Decision, Outcome, Stated
from services.claims.provisions.facts import Holder
from services.claims.provisions.reasons import About, Need, Reason, Wanted
from services.claims.provisions.texts import Audience, Setting
from shared.plans.vocabulary import Language
from tests.claims.provisions import lines

WORDINGS = [
    (Audience.PERSON, Language.ZH, wording_zh.PERSON),
    (Audience.PERSON, Language.EN, wording_en.PERSON),
    (Audience.PERSON, Language.UG, wording_ug.PERSON),
    (Audience.AUTHORITY, Language.ZH, wording_zh.AUTHORITY),
    (Audience.AUTHORITY, Language.EN, wording_en.AUTHORITY),
]
MADE_UP = {None, "percent"}  # of two other figures
TEACHING = {
    *(reason for reason in Reason if reasons.GROUNDS[reason].about is About.TEACHING),
    *(want for want in Wanted if reasons.ABOUT_NEED[want] is About.TEACHING),
}


def _short(value: object) -> str:
    return "wording" if isinstance(value, dict) else str(value)


def _decisions() -> list[Decision]:
    return [deciding.RULES[case.matter](case.facts, case.terms) for case in lines.cases()]


def _named(name: str) -> Decision:
    case = next(each for each in lines.cases() if each.row["name"] == name)
    return deciding.RULES[case.matter](case.facts, case.terms)


@pytest.mark.parametrize(("audience", "language", "wording"), WORDINGS, ids=_short)
def test_every_reason_and_need_has_a_sentence(
    audience: Audience, language: Language, wording: texts.Wording
) -> None:
    """Nobody is told a code, in no language."""
    assert set(wording) == {*Reason, *Wanted}, (audience, language)


@pytest.mark.parametrize("wording", [wording_zh.INSTITUTION, wording_en.INSTITUTION])
def test_an_institution_has_sentences_about_teaching_only(wording: texts.Wording) -> None:
    """There is no text that could tell it anything else."""
    assert set(wording) == TEACHING


@pytest.mark.parametrize(("audience", "language", "wording"), WORDINGS, ids=_short)
def test_every_figure_a_sentence_names_is_supplied(
    audience: Audience, language: Language, wording: texts.Wording
) -> None:
    """All rows of all tables read without a hole, and no blank is left standing."""
    for found in _decisions():
        for line in texts.say(found, audience, language):
            assert not re.search(r"[{}]|None", line.text), line.text
            assert line.code in {*Reason, *Wanted}
    blanks = {name for text in wording.values() for _, name, *_ in string.Formatter().parse(text)}
    supplied = {
        name for found in _decisions() for each in found.reasons for name, _ in each.figures
    }
    assert blanks - MADE_UP <= supplied


def test_the_authority_and_the_person_read_the_article() -> None:
    """Each reason comes with document and article."""
    for found, audience in product(_decisions(), (Audience.PERSON, Audience.AUTHORITY)):
        for line in texts.say(found, audience, Language.ZH)[: len(found.reasons)]:
            assert line.article.startswith(("吐政办〔2019〕53号", "本市部署决定（POLICY")), line


def test_an_institution_reads_one_word_for_whatever_is_about_the_person() -> None:
    """No row of any table tells it a status, a category, a pension or a cap."""
    private = re.compile(r"养老金|在编|贫困|困难人员|名额键|类别人员|已经?享受|劳动关系|收费问题")
    for found, language in product(_decisions(), (Language.ZH, Language.EN)):
        said = texts.say(found, Audience.INSTITUTION, language)
        assert {line.code for line in said} <= TEACHING | {reasons.NOT_PAYABLE_PERSON}
        assert [line.code for line in said].count(reasons.NOT_PAYABLE_PERSON) <= 1
        assert not any(private.search(line.text) for line in said), said


def test_refused_and_undecided_for_a_person_look_the_same_to_an_institution() -> None:
    """A pension drawn, a pension unknown, a cap reached: the same word, the same line."""
    names = ("领取职工养老金", "不知道领不领养老金", "同一年第二次技能培训", "不知道是不是在编人员")
    seen = [_named(name) for name in names]
    assert {found.outcome for found in seen} == {Outcome.REFUSED, Outcome.UNDECIDED}
    assert len({texts.say(found, Audience.INSTITUTION, Language.ZH) for found in seen}) == 1
    assert {texts.outcome_for_institution(found) for found in seen} == {"not_payable_person"}


def test_an_institution_still_reads_what_it_can_mend() -> None:
    """A wrong number is its own matter, with the figures of the case."""
    found = _named("证书编号不合规则")
    (line,) = texts.say(found, Audience.INSTITUTION, Language.ZH)
    assert line.text == "登记的证书编号不符合“职业技能等级证书”的编号规则，更正后可重新提交。"
    assert texts.outcome_for_institution(found) == "refused"


def test_a_person_reads_the_figures_in_a_sentence() -> None:
    """Whoever never read the plan knows what was needed and what there was."""
    found = _named("出勤 79.4%")
    (line,) = texts.say(found, Audience.PERSON, Language.ZH)
    assert line.text == (
        "全班计划 160 课时，须出勤 80%，也就是 128 课时；您出勤 127 课时，是 79.3%，没有达到，"
        "所以没有培训补贴。记录有误的，您可以要求更正。"
    )


def test_a_conflict_says_which_place_is_used() -> None:
    """Kind and year, occupation and level, or subject and quarter, in words."""
    both = texts.say(_named("同年同职业同等级，两条都说"), Audience.PERSON, Language.ZH)
    assert "“职业技能培训”" in both[0].text
    assert "2020 年" in both[0].text
    assert "“电工（五级）”" in both[1].text
    (safety,) = texts.say(_named("安全培训每季度一次：同季度第二次"), Audience.PERSON, Language.ZH)
    assert "2020 年第 1 季度" in safety.text


def test_only_a_refusal_names_the_way_to_appeal() -> None:
    """In every language, with its two deadlines; the unreviewed one marked as such."""
    for language in Language:
        assert {"60", "6"} <= set(re.findall(r"\d+", texts.appeal("refused", language)))
        assert texts.appeal("voided", language) == texts.appeal("refused", language)
        assert texts.appeal("undecided", language)
        assert not re.findall(r"\d+", texts.appeal("undecided", language))
        assert not texts.appeal("approvable", language)
    assert [texts.reviewed(language) for language in Language] == [True, False, True]


@pytest.mark.parametrize("language", [Language.ZH, Language.EN])
def test_what_is_missing_says_from_whom_and_where_it_is_asked_for(language: Language) -> None:
    """A rate names the authority that enters it; each need ends with who supplies it."""
    setting = Setting("高昌区人力资源和社会保障局", {Wanted.RATE: "吐政办〔2019〕53号 五(二)"})
    for audience, holder in product((Audience.PERSON, Audience.AUTHORITY), Holder):
        found = _needing(reasons.need(Wanted.RATE, holder))
        (line,) = texts.say(found, audience, language, setting)
        assert not re.search(r"[{}]", line.text), line
        assert line.article == "吐政办〔2019〕53号 五(二)"
        named = holder in {Holder.AUTHORITY, Holder.REGISTER_KEEPER}
        assert (setting.authority in line.text) is named


def test_a_persons_word_that_does_not_do_is_not_asked_for_again() -> None:
    """Who has spoken already reads that a register or a document counts."""
    asked = _needing(reasons.need(Wanted.CATEGORIES, Holder.PERSON))
    again = _needing(reasons.need(Wanted.CATEGORIES, Holder.REGISTER_KEEPER))
    (first,), (second,) = (texts.say(one, Audience.PERSON, Language.ZH) for one in (asked, again))
    assert "可以自己说明" in first.text
    assert "只有本人说明还不够" in second.text
    assert "主管单位" in second.text


def test_every_need_is_asked_for_by_an_article_of_the_pack() -> None:
    """There is no fact that nobody can say why it is needed."""
    terms = next(iter(lines.cases())).terms
    for what in Wanted:
        provision, parameter = reasons.ASKED_BY[what]
        assert terms.citation(provision, parameter).article, what


def _needing(need: Need) -> Decision:
    return decision.undecided((need,), purpose="training_subsidy", slot_keys=(), provisions=())


def test_teaching_that_refuses_hides_the_person_and_the_person_hides_what_is_missing() -> None:
    """Whether a person was refused or not decided cannot be told from what stands beside it."""
    finding = {
        about: Stated(reason, about, (), "caps", "吐政办〔2019〕53号", "五(二)")
        for about, reason in (
            (About.TEACHING, Reason.CERTIFICATE_VOIDED),
            (About.PERSON, Reason.ON_PUBLIC_PAYROLL),
        )
    }
    needs = {
        About.TEACHING: Need(Wanted.RATE, Holder.AUTHORITY),
        About.PERSON: Need(Wanted.PENSION, Holder.PERSON),
    }
    blank = _needing(needs[About.PERSON])

    def read(*said: Stated | Need) -> tuple[str, ...]:
        stated = tuple(each for each in said if isinstance(each, Stated))
        needed = tuple(each for each in said if isinstance(each, Need)) if not stated else ()
        word = Outcome.REFUSED if stated else Outcome.UNDECIDED
        one = replace(blank, outcome=word, reasons=stated, needs=needed)
        told = texts.say(one, Audience.INSTITUTION, Language.ZH)
        return texts.outcome_for_institution(one), *(line.code for line in told)

    teaching = read(finding[About.TEACHING])
    assert teaching == ("refused", "certificate_voided")
    assert read(finding[About.TEACHING], finding[About.PERSON]) == teaching
    assert read(finding[About.TEACHING], needs[About.PERSON]) == teaching
    hidden = ("not_payable_person", "not_payable_person")
    assert read(needs[About.TEACHING], needs[About.PERSON]) == hidden
    assert read(needs[About.TEACHING], finding[About.PERSON]) == hidden
    assert read(needs[About.TEACHING]) == ("undecided", "rate")
