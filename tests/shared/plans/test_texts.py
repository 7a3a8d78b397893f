"""The texts say what a trainee and an organisation must be told."""

from datetime import date

import pytest

from shared import plans
from tests.shared.plans.conftest import Pack

DAY = date(2020, 3, 1)
LANGUAGES = ("zh-Hans", "ug", "en")


@pytest.fixture(scope="module")
def plan() -> plans.Plan:
    """Load the shipped pack once."""
    return plans.load(plans.default_directory())


@pytest.mark.parametrize("matter", ["confirmation", "class-filing"])
def test_only_the_chinese_text_is_authoritative(plan: plans.Plan, matter: str) -> None:
    """A translation says that nobody has reviewed it yet."""
    found = plan.matter(matter)
    assert [text.language for text in found.texts] == list(LANGUAGES)
    assert [text.authoritative for text in found.texts] == [True, False, False]
    assert [text.reviewed for text in found.texts] == [True, False, False]
    assert {text.version for text in found.texts} == {found.version} == {"2019-09-17.1"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_confirmation_says_refuse_leave_and_complain(plan: plans.Plan, language: str) -> None:
    """POLICY 9.1 in each language: may refuse, may leave, no penalty, where to complain."""
    body = plan.matter("confirmation").text(language).body_markdown
    said = {
        "zh-Hans": ("可以**不参加**", "随时退出", "不会受到任何处罚", "投诉", "未满 18 周岁"),
        "ug": (
            "قاتناشمىسىڭىز بولىدۇ",
            "چېكىنسىڭىز بولىدۇ",
            "جازا بېرىلمەيدۇ",
            "شىكايەت",
            "18 ياشقا",
        ),
        "en": ("may **refuse**", "leave at any time", "has no penalty", "Complaints", "under 18"),
    }
    for words in said[language]:
        assert words in body
    assert "12333" in body
    assert body.count("\n## ") == 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_quote_the_numbers_in_force(plan: plans.Plan, language: str) -> None:
    """A number in a text is the number of its provision."""
    confirmation = plan.matter("confirmation").text(language).body_markdown
    years = plan.provision("retention").on(DAY).integer("person_data")
    rules, enrolment = plan.provision("class_rules").on(DAY), plan.provision("enrolment").on(DAY)
    kept = {"zh-Hans": f"保存 {years} 年", "ug": f"{years} يىل", "en": f"kept for {years} years"}
    assert kept[language] in confirmation
    assert str(rules.integer("class_hour")) in confirmation
    assert str(enrolment.integer("age_min")) in confirmation
    assert str(enrolment.integer("guardian_below")) in confirmation
    filing = plan.matter("class-filing").text(language).body_markdown
    assert str(rules.integer("class_size_max")) in filing
    assert str(plan.provision("verification").on(DAY).integer("within")) in filing


def test_a_text_is_filled_whole_or_not_at_all(plan: plans.Plan) -> None:
    """A forgotten blank is an error, never a hole in what a person was shown."""
    text = plan.matter("confirmation").text("zh-Hans")
    values = {blank: f"<{blank}>" for blank in text.blanks}
    assert "{{" not in text.filled(values)
    assert "<organisation>" in text.filled(values)
    values.pop("kind")
    with pytest.raises(KeyError):
        text.filled(values)


def test_filing_names_conditions_that_somebody_answers(plan: plans.Plan) -> None:
    """What the system knows is checked; only teaching and conduct rest on the promise."""
    matter = plan.matter("class-filing")
    promised = [found.id for found in matter.conditions if found.answered_by == "applicant"]
    assert promised == ["teaching", "records", "own_confirmation", "no_charge", "no_holding"]
    assert matter.commissions_only
    assert [route.value for route in matter.routes] == ["commitment", "documents"]


def test_a_missing_translation_stops_the_load(pack: Pack) -> None:
    """Every matter has all three languages."""
    (pack.directory / "matters/ug/confirmation.md").unlink()
    assert pack.faults() == [
        ("matters/confirmation.toml", 16, "missing file matters/ug/confirmation.md")
    ]


def test_a_misspelt_blank_stops_the_load(pack: Pack) -> None:
    """A blank that nobody fills must not reach a person."""
    pack.edit("matters/en/confirmation.md", "{{slot}}", "{{slott}}")
    message = "the text's blanks differ from the declared ones: ['slot', 'slott']"
    assert pack.faults() == [("matters/confirmation.toml", 19, message)]


def test_no_translation_can_call_itself_authoritative(pack: Pack) -> None:
    """zh-Hans stands above the others."""
    line = pack.edit(
        "matters/confirmation.toml",
        "[texts.en]\nreviewed = false",
        "[texts.en]\nauthoritative = true",
    )
    message = "zh-Hans is authoritative, and no other language"
    assert pack.faults() == [("matters/confirmation.toml", line, message)]
