"""What is said beside a reason: who supplies what is missing, what came later, what can be done."""

from collections.abc import Mapping

from services.claims.provisions.facts import Holder
from shared.plans.vocabulary import Language

_ZH, _EN, _UG = Language.ZH, Language.EN, Language.UG

# Whoever decides where nobody is named.
SOMEBODY = {_ZH: "主管单位", _EN: "the authority", _UG: "مەسئۇل ورۇن"}

# Behind a need, to the person.
ASK_PERSON: Mapping[Language, Mapping[Holder, str]] = {
    _ZH: {
        Holder.PERSON: (
            "您可以自己说明，也可以不说明、只等名册查询结果；有结果以前这笔补贴不作决定，也不算拒绝。"
        ),
        Holder.ORGANISATION: "由办班单位登记或者说明，不用您办。",
        Holder.EMPLOYER: "由用人单位说明，不用您办。",
        Holder.ISSUER: "由考核、发证单位登记，不用您办。",
        Holder.AUTHORITY: "由{authority}按文件录入，经第二名工作人员确认后生效，不用您办。",
        Holder.REGISTER_KEEPER: (
            "这一项以有关部门的名册或者证明材料为准，只有本人说明还不够；由{authority}查询名册，"
            "您也可以把材料交给它。"
        ),
        Holder.OTHER_CLASS: "不用您办。",
    },
    _EN: {
        Holder.PERSON: (
            "You may say so yourself, or say nothing and wait for the registers' answer; until "
            "then this payment is undecided, not refused."
        ),
        Holder.ORGANISATION: "Whoever gave the class records it; you need do nothing.",
        Holder.EMPLOYER: "The employer has to say; you need do nothing.",
        Holder.ISSUER: "The body that assesses and issues records it; you need do nothing.",
        Holder.AUTHORITY: (
            "It is entered by {authority} from its document and confirmed by a second officer; you "
            "need do nothing."
        ),
        Holder.REGISTER_KEEPER: (
            "Here an official register or a document counts, your own word alone does not: "
            "{authority} asks the register, and you may hand in a document there."
        ),
        Holder.OTHER_CLASS: "You need do nothing.",
    },
    _UG: {
        Holder.PERSON: (
            "ئۆزىڭىز ئېيتسىڭىزمۇ، ئېيتماي تىزىملىك نەتىجىسىنى كۈتسىڭىزمۇ بولىدۇ؛ ئۇنىڭغىچە بۇ پۇل "
            "قارار قىلىنمايدۇ، رەت قىلىنغانمۇ ھېسابلانمايدۇ."
        ),
        Holder.ORGANISATION: "سىنىپ ئاچقان ئورۇن تىزىملايدۇ، سىز بىرنەرسە قىلمايسىز.",
        Holder.EMPLOYER: "ئىشقا ئالغان ئورۇن چۈشەندۈرىدۇ، سىز بىرنەرسە قىلمايسىز.",
        Holder.ISSUER: "سىناق ئالغان، گۇۋاھنامە بەرگەن ئورۇن تىزىملايدۇ، سىز بىرنەرسە قىلمايسىز.",
        Holder.AUTHORITY: (
            "{authority} ھۆججەت بويىچە كىرگۈزىدۇ، ئىككىنچى خادىم جەزملەشتۈرىدۇ، سىز بىرنەرسە "
            "قىلمايسىز."
        ),
        Holder.REGISTER_KEEPER: (
            "بۇ ئىشتا تىزىملىك ياكى ئىسپات ماتېرىيالى ئاساس قىلىنىدۇ، ئۆز سۆزىڭىز يېتەرلىك ئەمەس؛ "
            "{authority} تىزىملىكنى سۈرۈشتۈرىدۇ، ماتېرىيالنى ئۇنىڭغا تاپشۇرسىڭىزمۇ بولىدۇ."
        ),
        Holder.OTHER_CLASS: "سىز بىرنەرسە قىلمايسىز.",
    },
}
# Behind a need, to an institution and to an office.
ASK_OFFICE: Mapping[Language, Mapping[Holder, str]] = {
    _ZH: {
        Holder.PERSON: "可由本人说明，或者查询名册。",
        Holder.ORGANISATION: "由办班单位办理。",
        Holder.EMPLOYER: "由用人单位说明。",
        Holder.ISSUER: "由考核、发证单位登记。",
        Holder.AUTHORITY: "由{authority}按文件录入，第二名工作人员确认后生效。",
        Holder.REGISTER_KEEPER: "须由{authority}查询名册或者收取材料，本人说明不足为凭。",
        Holder.OTHER_CLASS: "",
    },
    _EN: {
        Holder.PERSON: "The person may say, or a register.",
        Holder.ORGANISATION: "The organisation that gave the class supplies it.",
        Holder.EMPLOYER: "The employer has to say.",
        Holder.ISSUER: "The body that assesses and issues records it.",
        Holder.AUTHORITY: "{authority} enters it from its document, a second officer confirms.",
        Holder.REGISTER_KEEPER: (
            "A register or a document is needed, to be asked for by {authority}; the person's word "
            "does not do."
        ),
        Holder.OTHER_CLASS: "",
    },
}

# What came after the decision, by code.
WAITING, REFUSED, RETURNED, OBJECTED = (
    *("waiting_for_money", "refused_in_review", "returned_in_review"),
    "objection_upheld",
)
LATER: Mapping[Language, Mapping[str, str]] = {
    _ZH: {
        WAITING: (
            "已核定 {amount}，但{authority}可用的资金暂时不够，自 {since} 起按先后排队，"
            "前面还有 {before} 笔；资金到位后自动安排，不用再申请。"
        ),
        REFUSED: "{authority}的工作人员 {on} 审核后没有通过，理由：{reason}",
        RETURNED: "{authority}的工作人员 {on} 审核后退回补正，理由：{reason}",
        OBJECTED: "公示期间有人提出异议，经两名工作人员核查属实，{on} 决定不予支付。{reason}",
    },
    _EN: {
        WAITING: (
            "{amount} is owed, but {authority} has no money left for it at present. It has been in "
            "the queue since {since}, with {before} before it; it goes on by itself once there is "
            "money."
        ),
        REFUSED: "Refused in the review by {authority} on {on}. Reason: {reason}",
        RETURNED: "Returned for correction in the review by {authority} on {on}. Reason: {reason}",
        OBJECTED: (
            "Somebody objected to the public notice, two officers found it true, and on {on} "
            "payment was refused. {reason}"
        ),
    },
    _UG: {
        WAITING: (
            "{amount} بېكىتىلدى، لېكىن {authority} نىڭ مەبلىغى ھازىرچە يېتىشمەيدۇ؛ {since} دىن "
            "باشلاپ نۆۋەتتە، ئالدىڭىزدا {before} بار. مەبلەغ كەلگەندە ئۆزلۈكىدىن ئورۇنلاشتۇرۇلىدۇ."
        ),
        REFUSED: "{authority} نىڭ خادىمى {on} كۈنى تەكشۈرۈپ تەستىقلىمىدى، سەۋەبى: {reason}",
        RETURNED: "{authority} نىڭ خادىمى {on} كۈنى تۈزىتىشكە قايتۇردى، سەۋەبى: {reason}",
        OBJECTED: (
            "ئېلان مەزگىلىدە پىكىر بېرىلگەن، ئىككى خادىم راست دەپ بېكىتتى، {on} كۈنى پۇل بەرمەسلىك "
            "قارار قىلىندى. {reason}"
        ),
    },
}

# What a person can do about a line that is not decided, was sent back, or fell to an objection.
UNDECIDED = {
    _ZH: (
        "这笔补贴还没有决定，不是拒绝。缺的情况补上以后，申领的人重新提交就会重新核定；"
        "您也可以在本人页面要求人工复核。"
    ),
    _EN: (
        "This is not decided yet, and not refused. Once what is missing is there, it is decided "
        "when the claim is sent again; you may also ask on your own page for a human to look at it."
    ),
    _UG: (
        "بۇ پۇل تېخى قارار قىلىنمىدى، رەت قىلىنغانمۇ ئەمەس. كەم نەرسە تولۇقلانغاندىن كېيىن قايتا "
        "تاپشۇرۇلسا قارار قىلىنىدۇ؛ ئۆز بېتىڭىزدە ئادەم ئارقىلىق تەكشۈرۈشنى تەلەپ قىلسىڭىزمۇ "
        "بولىدۇ."
    ),
}
# What an organisation or an office reads that can be done, by the state that it reads.
NEXT: Mapping[Language, Mapping[str, str]] = {
    _ZH: {
        "refused": (
            "所述情况更正后，可以就本班重新申领，只重新核定未通过和未决定的明细。对决定不服的，"
            "可以自知道决定之日起 60 日内申请行政复议，或者在 6 个月内提起行政诉讼。"
        ),
        "undecided": "缺少的情况补齐后，就本班重新申领即可，只重新核定未通过和未决定的明细。",
        "returned": "按退回理由补正后，可以就本班重新申领。",
        "waiting": "资金到位后按先后自动安排，不必重新申领。",
    },
    _EN: {
        "refused": (
            "Once this is corrected, claim for the class again: only refused and undecided lines "
            "are decided anew. Whoever disagrees may apply for administrative review within 60 "
            "days of learning of it, or go to court within 6 months."
        ),
        "undecided": (
            "Once what is missing is there, claim for the class again: only refused and undecided "
            "lines are decided anew."
        ),
        "returned": "Correct what the reason says, then claim for the class again.",
        "waiting": "It goes on by itself, in order, once there is money; do not claim again.",
    },
}
