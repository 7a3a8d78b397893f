"""Who read what and why, in the person's languages. An unknown code is shown as it is."""

from collections.abc import Mapping

WHAT: Mapping[str, Mapping[str, str]] = {
    "name": {"zh-Hans": "姓名", "ug": "ئىسىم-فامىلە", "en": "name"},
    "id_number": {"zh-Hans": "公民身份号码", "ug": "كىملىك نومۇرى", "en": "ID number"},
    "phone": {"zh-Hans": "手机号码", "ug": "يانفون نومۇرى", "en": "phone number"},
    "account": {"zh-Hans": "银行账号", "ug": "بانكا ھېساب نومۇرى", "en": "bank account"},
    "request": {"zh-Hans": "更正申请内容", "ug": "تۈزىتىش ئىلتىماسى", "en": "correction request"},
}
PURPOSE: Mapping[str, Mapping[str, str]] = {
    "teaching": {"zh-Hans": "上课签到", "ug": "دەرسكە يوقلىما", "en": "teaching: sign-in"},
    "assessment": {"zh-Hans": "考核发证", "ug": "سىناق ۋە گۇۋاھنامە", "en": "assessment"},
    "correction": {
        "zh-Hans": "办理您的更正申请",
        "ug": "تۈزىتىش ئىلتىماسىڭىزنى بېجىرىش",
        "en": "your request for a correction",
    },
    "name_conflict": {
        "zh-Hans": "核对姓名不一致",
        "ug": "ئىسىم پەرقىنى تەكشۈرۈش",
        "en": "a check of two names",
    },
    "paper_confirmation": {
        "zh-Hans": "核对纸面确认书",
        "ug": "قەغەز جەزملەشتۈرۈشنى تەكشۈرۈش",
        "en": "a check of a confirmation on paper",
    },
}


def said(words: Mapping[str, Mapping[str, str]], code: str) -> Mapping[str, str]:
    """Return a code's words by language."""
    return words.get(code, {"zh-Hans": code, "ug": code, "en": code})
