"""What each audience reads: whole sentences to the person, nothing of the person to others."""

import re
import string
from itertools import product

import pytest

from services.claims.provisions import (
    deciding,
    reasons,
    texts,
    wording_en,
    wording_ug,
    wording_zh,
)
from services.claims.provisions.decision import Decision, Outcome
from services.claims.provisions.reasons import About, Reason, Wanted
from services.claims.provisions.texts import Audience
from shared.plans.vocabulary import Language
from tests.claims.provisions import lines

WORDINGS = [
    (Audience.PERSON, Language.ZH, wording_zh.PERSON),
    (Audience.PERSON, Language.EN, wording_en.PERSON),
    (Audience.PERSON, Language.UG, wording_ug.PERSON),
    (Audience.AUTHORITY, Language.ZH, wording_zh.AUTHORITY),
    (Audience.AUTHORITY, Language.EN, wording_en.AUTHORITY),
]
TEACHING = {
    *(reason for reason in Reason if reasons.GROUNDS[reason].about is About.TEACHING),
    *(want for want in Wanted if reasons.ABOUT_NEED[want] is About.TEACHING),
}


def _decisions() -> list[Decision]:
    return [deciding.RULES[case.matter](case.facts, case.terms) for case in lines.cases()]


def _named(name: str) -> Decision:
    case = next(each for each in lines.cases() if each.row["name"] == name)
    return deciding.RULES[case.matter](case.facts, case.terms)


@pytest.mark.parametrize(("audience", "language", "wording"), WORDINGS, ids=str)
def test_every_reason_and_need_has_a_sentence(
    audience: Audience, language: Language, wording: texts.Wording
) -> None:
    """Nobody is told a code, in no language."""
    assert set(wording) == {*Reason, *Wanted}, (audience, language)


@pytest.mark.parametrize("wording", [wording_zh.INSTITUTION, wording_en.INSTITUTION])
def test_an_institution_has_sentences_about_teaching_only(wording: texts.Wording) -> None:
    """There is no text that could tell it anything else."""
    assert set(wording) == TEACHING


@pytest.mark.parametrize(("audience", "language", "wording"), WORDINGS, ids=str)
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
    assert blanks - {None} <= supplied


def test_the_authority_and_the_person_read_the_article() -> None:
    """Each reason comes with document and article."""
    for found, audience in product(_decisions(), (Audience.PERSON, Audience.AUTHORITY)):
        for line in texts.say(found, audience, Language.ZH)[: len(found.reasons)]:
            assert line.article.startswith(("吐政办〔2019〕53号", "POLICY")), line


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
        "全班计划 160 课时，须出勤 80%，也就是 128 课时；您出勤 127 课时，没有达到，"
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
    """In every language, the unreviewed one marked as such."""
    for language in Language:
        assert texts.appeal(_named("考核不合格"), language)
        assert not texts.appeal(_named("一个普通学员，样样合格"), language)
    assert [texts.reviewed(language) for language in Language] == [True, False, True]
