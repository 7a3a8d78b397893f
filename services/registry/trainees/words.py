"""Who read what and why, in the person's languages. An unknown code is shown as it is."""

from collections.abc import Mapping

WHAT: Mapping[str, Mapping[str, str]] = {
    "name": {"zh-Hans": "姓名", "ug": "ئىسىم-فامىلە", "en": "name"},
    "id_number": {"zh-Hans": "公民身份号码", "ug": "كىملىك نومۇرى", "en": "ID number"},
    "phone": {"zh-Hans": "手机号码", "ug": "يانفون نومۇرى", "en": "phone number"},
    "account": {"zh-Hans": "银行账号", "ug": "بانكا ھېساب نومۇرى", "en": "bank account"},
    "facts": {
        "zh-Hans": "出勤、成绩、证书和本人情况（不含姓名和证件号码）",
        "ug": "دەرسكە قاتنىشىش، نەتىجە، گۇۋاھنامە ۋە ئەھۋالىڭىز (ئىسىم ۋە كىملىك نومۇرى يوق)",
        "en": "attendance, results, certificates and own conditions, without name or number",
    },
    "appeal": {"zh-Hans": "申诉内容", "ug": "ئەرز مەزمۇنى", "en": "your appeal"},
    "complaint": {"zh-Hans": "投诉内容", "ug": "شىكايەت مەزمۇنى", "en": "your complaint"},
    "request": {"zh-Hans": "更正申请内容", "ug": "تۈزىتىش ئىلتىماسى", "en": "correction request"},
}
PURPOSE: Mapping[str, Mapping[str, str]] = {
    "teaching": {"zh-Hans": "上课签到", "ug": "دەرسكە يوقلىما", "en": "teaching: sign-in"},
    "assessment": {"zh-Hans": "考核发证", "ug": "سىناق ۋە گۇۋاھنامە", "en": "assessment"},
    "claim_decision": {
        "zh-Hans": "核定补贴",
        "ug": "ياردەم پۇلىنى بېكىتىش",
        "en": "a decision on a subsidy",
    },
    "bank_file": {"zh-Hans": "向您付款", "ug": "سىزگە پۇل تارقىتىش", "en": "a payment to you"},
    "public_notice": {
        "zh-Hans": "补贴公示（姓名已遮盖）",
        "ug": "ياردەم پۇلىنى ئاشكارىلاش (ئىسىم يوشۇرۇلغان)",
        "en": "a public notice, your name masked",
    },
    "correction": {
        "zh-Hans": "办理您的更正申请",
        "ug": "تۈزىتىش ئىلتىماسىڭىزنى بېجىرىش",
        "en": "your request for a correction",
    },
    "appeal": {
        "zh-Hans": "办理您的申诉",
        "ug": "ئەرزىڭىزنى بېجىرىش",
        "en": "the answer to your appeal",
    },
    "complaint": {
        "zh-Hans": "办理您的投诉",
        "ug": "شىكايىتىڭىزنى بېجىرىش",
        "en": "the answer to your complaint",
    },
    "name_conflict": {
        "zh-Hans": "核对姓名不一致",
        "ug": "ئىسىم پەرقىنى تەكشۈرۈش",
        "en": "a check of two names",
    },
    "binding": {
        "zh-Hans": "窗口为您办理账号绑定",
        "ug": "كىرىش ھېسابىڭىزنى باغلاش",
        "en": "a code to bind your log-in",
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
