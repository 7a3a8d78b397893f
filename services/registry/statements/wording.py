"""The questions in the person's languages. zh-Hans is authoritative and always shown beside.

A change of words that changes a meaning gets a new version; statements keep the one they answer.
"""

from collections.abc import Mapping
from typing import Final

from services.registry.facts.rules import FEE_PAID, NO, NO_PENSION, STAFF_OF_ORGANISER, YES
from shared.plans import Plan

Words = Mapping[str, str]
VERSION: Final = "2019-09-17.1"
AUTHORITATIVE: Final = "zh-Hans"

INTRODUCTION: Final[Words] = {
    "zh-Hans": "下面的问题由您本人回答，每一题都可以跳过。跳过的，能从名册查到的由主管单位查；"
    "查不到的，有关补贴可能暂时定不下来。您的回答加密保存，只用于核定您的补贴，"
    "办班机构和用人单位看不到；以后可以随时改。请如实回答，不清楚的就跳过。",
    "ug": "تۆۋەندىكى سوئاللارغا ئۆزىڭىز جاۋاب بېرىسىز، ھەر بىر سوئالنى ئاتلاپ ئۆتسىڭىز بولىدۇ. "
    "ئاتلاپ ئۆتكەنلىرىنى مەسئۇل ئورۇن تىزىملىكتىن تەكشۈرىدۇ؛ تىزىملىكتە بولمىسا، ياردەم پۇلى "
    "ھازىرچە بېكىتىلمەسلىكى مۇمكىن. جاۋابىڭىز شىفىرلىنىپ ساقلىنىدۇ، پەقەت سىزنىڭ ياردەم "
    "پۇلىڭىزنى بېكىتىشكىلا ئىشلىتىلىدۇ، سىنىپ ئاچقان ئورۇن ۋە ئىشقا ئالغان "
    "ئورۇن كۆرەلمەيدۇ؛ كېيىن خالىغان ۋاقىتتا ئۆزگەرتەلەيسىز. "
    "راست جاۋاب بېرىڭ، بىلمىسىڭىز ئاتلاپ ئۆتۈڭ.",
    "en": "You answer these questions yourself, and you may skip any of them. What you skip the"
    " office looks up where there is a list; where there is none, a subsidy may stay open for now."
    " Your answers are kept sealed and used only to decide on your subsidy; neither the institution"
    " nor an employer sees them, and you may change them at any time. Please answer truthfully, and"
    " skip what you are not sure of.",
}

QUESTIONS: Final[Mapping[str, Words]] = {
    "poor_household": {
        "zh-Hans": "您家是建档立卡贫困户吗？",
        "ug": "ئائىلىڭىز ئارخىپ تۇرغۇزۇلۇپ كارتا بېجىرىلگەن نامرات ئائىلىمۇ؟",
        "en": "Is your household registered as poor (建档立卡)?",
    },
    "hard_to_employ": {
        "zh-Hans": "您经人社部门认定为就业困难人员了吗？",
        "ug": "ئادەم كۈچى بايلىقى ۋە ئىجتىمائىي كاپالەت تارمىقى سىزنى ئىشقا ئورۇنلىشىشى قىيىن خادىم دەپ بېكىتكەنمۇ؟",  # noqa: E501
        "en": "Has the labour office recognised you as hard to employ?",
    },
    "zero_employment": {
        "zh-Hans": "您家经认定为零就业家庭了吗？",
        "ug": "ئائىلىڭىز ئىشقا ئورۇنلاشقان ئادىمى يوق ئائىلە دەپ بېكىتىلگەنمۇ؟",
        "en": "Has your household been recognised as one without any job?",
    },
    "rural_school_leaver": {
        "zh-Hans": "您是初中或者高中毕业后没有继续升学、家在农村的学员吗？",
        "ug": "سىز تولۇقسىز ياكى تولۇق ئوتتۇرا مەكتەپنى پۈتتۈرگەندىن كېيىن ئوقۇشنى داۋاملاشتۇرمىغان، ئۆيى يېزىدىكى كۇرسانتمۇ؟",  # noqa: E501
        "en": "Did you leave school after middle or high school, and is your home rural?",
    },
    "urban_low_income_school_leaver": {
        "zh-Hans": "您是初中或者高中毕业后没有继续升学、家里享受城市低保的学员吗？",
        "ug": "سىز تولۇقسىز ياكى تولۇق ئوتتۇرا مەكتەپنى پۈتتۈرگەندىن كېيىن ئوقۇشنى داۋاملاشتۇرمىغان، ئائىلىسى شەھەر تۆۋەن كاپالەت پۇلى ئالىدىغان كۇرسانتمۇ؟",  # noqa: E501
        "en": "Did you leave school after middle or high school, in a household on allowance?",
    },
    "unemployed": {
        "zh-Hans": "您目前下岗或者失业吗？",
        "ug": "سىز ھازىر ئىشتىن قالغان ياكى ئىشسىزمۇ؟",
        "en": "Are you laid off or unemployed at present?",
    },
    "graduate": {
        "zh-Hans": "您是高校毕业生吗？",
        "ug": "سىز ئالىي مەكتەپنى پۈتتۈرگەنمۇ؟",
        "en": "Have you graduated from a university or college?",
    },
    "enterprise_staff": {
        "zh-Hans": "您是企业职工吗？",
        "ug": "سىز كارخانا ئىشچى-خىزمەتچىسىمۇ؟",
        "en": "Are you employed by an enterprise?",
    },
    STAFF_OF_ORGANISER: {
        "zh-Hans": "您是举办这个班的用人单位的职工吗？",
        "ug": "سىز بۇ سىنىپنى ئاچقان ئورۇننىڭ ئىشچى-خىزمەتچىسىمۇ؟",
        "en": "Are you on the staff of the employer that runs this class?",
    },
    "monthly_pension": {
        "zh-Hans": "您按月领取养老金吗？领的是哪一种？",
        "ug": "سىز ئايمۇئاي پىنسىيە پۇلى ئالامسىز؟ قايسى تۈرىنى؟",
        "en": "Do you draw a monthly pension, and which one?",
    },
    "public_payroll": {
        "zh-Hans": "您是机关、事业单位的在编人员吗？",
        "ug": "سىز دۆلەت ئورگىنى ياكى كەسپىي ئورۇننىڭ شتاتىدىكى خادىممۇ؟",
        "en": "Are you on the establishment of a government body or public institution?",
    },
    FEE_PAID: {
        "zh-Hans": "您为参加这个班交过学费或者其他费用吗？",
        "ug": "سىز بۇ سىنىپقا قاتنىشىش ئۈچۈن ئوقۇش پۇلى ياكى باشقا ھەق تاپشۇردىڭىزمۇ؟",
        "en": "Did you pay a fee of any kind for this class?",
    },
}

CHOICES: Final[Mapping[str, Words]] = {
    YES: {"zh-Hans": "是", "ug": "ھەئە", "en": "Yes"},
    NO: {"zh-Hans": "不是", "ug": "ياق", "en": "No"},
    NO_PENSION: {"zh-Hans": "不领取", "ug": "ئالمايمەن", "en": "None"},
    "employees": {
        "zh-Hans": "职工养老金",
        "ug": "ئىشچى-خىزمەتچىلەر پىنسىيە پۇلى",
        "en": "Employees' pension",
    },
    "public": {
        "zh-Hans": "机关事业单位养老金",
        "ug": "ئورگان ۋە كەسپىي ئورۇنلار پىنسىيە پۇلى",
        "en": "Pension of public bodies",
    },
    "residents": {
        "zh-Hans": "城乡居民养老金",
        "ug": "شەھەر-يېزا ئاھالىلىرى پىنسىيە پۇلى",
        "en": "Residents' basic pension",
    },
}


def question(plan: Plan, name: str) -> Words:
    """Say a question in every language; a category added by a plan pack is asked by its name."""
    found = QUESTIONS.get(name)
    if found is not None:
        return found
    category = plan.category(name).name
    return {
        "zh-Hans": f"您属于“{category.zh}”吗？",
        "ug": f"سىز «{category.zh}» غا كىرەمسىز؟",
        "en": f"Does this apply to you: {category.en}?",
    }
