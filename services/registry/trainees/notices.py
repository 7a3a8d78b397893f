"""The inbox: what a person is told. A line is a kind and codes; its words are in `WORDS`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import ids


class Kind(StrEnum):
    """What a line of the inbox is about."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    LOGIN_BOUND = "login_bound"
    PAPER_FIRST = "paper_first"
    PAPER_CONFIRMED = "paper_confirmed"
    REQUEST_ANSWERED = "request_answered"
    NAME_CHANGED = "name_changed"
    RESULT_FILED = "result_filed"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATE_VOIDED = "certificate_voided"


WORDS: Mapping[str, Mapping[str, str]] = {
    Kind.INVITATION: {
        "zh-Hans": "有一个培训班邀请您参加。参加不参加由您本人决定，不参加不用说明理由。",
        "ug": "سىزنى تەربىيە سىنىپىغا تەكلىپ قىلدى. قاتنىشىش-قاتناشماسلىقنى ئۆزىڭىز بەلگىلەيسىز، سەۋەبى سورالمايدۇ.",  # noqa: E501
        "en": "You are invited to a class. Whether you take part is yours to decide.",
    },
    Kind.REMINDER: {
        "zh-Hans": "您还有一个培训班邀请可以看。我们不会再提醒您。",
        "ug": "كۆرسىڭىز بولىدىغان بىر تەكلىپ بار. قايتا ئەسكەرتمەيمىز.",
        "en": "You have an invitation to look at. We will not remind you again.",
    },
    Kind.LOGIN_BOUND: {
        "zh-Hans": "一个登录账号已用窗口发的绑定码与您本人绑定。不是您本人办理的，请联系主管单位。",
        "ug": "بىر كىرىش ھېسابى سىزگە باغلاندى. ئۆزىڭىز بېجىرمىگەن بولسىڭىز، مەسئۇل ئورۇن بىلەن ئالاقىلىشىڭ.",  # noqa: E501
        "en": "A log-in was bound to you with a code from an office. If it was not you, tell them.",
    },
    Kind.PAPER_FIRST: {
        "zh-Hans": "工作人员登记了您签字的纸面确认书，等待另一科室核对。不是您本意的，请回绝。",
        "ug": "خادىم سىز ئىمزالىغان قەغەز جەزملەشتۈرۈشنى تىزىملىدى، يەنە بىر بۆلۈم تەكشۈرىدۇ.",
        "en": "Your confirmation on paper was recorded. If it is not your wish, say no to it.",
    },
    Kind.PAPER_CONFIRMED: {
        "zh-Hans": "您的纸面确认已生效。您可以随时退出，不需要理由，不需要批准，没有任何处罚。",
        "ug": "قەغەز جەزملەشتۈرۈشىڭىز كۈچكە ئىگە بولدى. خالىغان ۋاقىتتا چېكىنسىڭىز بولىدۇ، سەۋەبى سورالمايدۇ، جازا يوق.",  # noqa: E501
        "en": "Your confirmation on paper counts now. You may leave at any time, without a reason.",
    },
    Kind.REQUEST_ANSWERED: {
        "zh-Hans": "您的更正申请已有答复。",
        "ug": "تۈزىتىش ئىلتىماسىڭىزغا جاۋاب بېرىلدى.",
        "en": "Your request for a correction has been answered.",
    },
    Kind.NAME_CHANGED: {
        "zh-Hans": "您登记的姓名已由主管单位核对后更改。有误的，请申请更正。",
        "ug": "تىزىملانغان ئىسمىڭىز تەكشۈرۈلۈپ ئۆزگەرتىلدى. خاتا بولسا، تۈزىتىشنى ئىلتىماس قىلىڭ.",
        "en": "Your name was changed here after a check. If it is wrong, ask to correct it.",
    },
    Kind.RESULT_FILED: {
        "zh-Hans": "您的考核结果已登记。有不同意见的，可以申请更正。",
        "ug": "سىناق نەتىجىڭىز تىزىملاندى. باشقا پىكرىڭىز بولسا، تۈزىتىشنى ئىلتىماس قىلسىڭىز بولىدۇ.",  # noqa: E501
        "en": "Your assessment result was filed. If you disagree, you can ask to correct it.",
    },
    Kind.CERTIFICATE_ISSUED: {
        "zh-Hans": "您的证书已登记，可在“我的证书”中查看编号。",
        "ug": "گۇۋاھنامىڭىز تىزىملاندى، نومۇرىنى «گۇۋاھنامىلىرىم» دىن كۆرەلەيسىز.",
        "en": "Your certificate was registered; its number is under your certificates.",
    },
    Kind.CERTIFICATE_VOIDED: {
        "zh-Hans": "您的一份证书被作废。有不同意见的，可以申请更正，或者向主管单位反映。",
        "ug": "بىر گۇۋاھنامىڭىز بىكار قىلىندى. باشقا پىكرىڭىز بولسا، تۈزىتىشنى ئىلتىماس قىلسىڭىز بولىدۇ.",  # noqa: E501
        "en": "A certificate of yours was voided. If you disagree, you can ask to correct it.",
    },
}

TELL = text(
    "insert into inbox (id, trainee_id, kind, data, at)"
    " select id, person, :kind, cast(:data as jsonb), :at"
    " from unnest(cast(:ids as uuid[]), cast(:people as uuid[])) as t(id, person)"
)


async def tell(
    session: AsyncSession,
    *,
    people: Sequence[UUID],
    kind: Kind,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Put one line into each person's inbox: ids and codes only, never a text about somebody."""
    values = {
        "ids": ids.uuid7s(len(people)),
        "people": list(people),
        "kind": kind.value,
        "data": json.dumps(dict(data or {})),
        "at": at,
    }
    await session.execute(TELL, values)


def words(kind: str) -> Mapping[str, str]:
    """Return a line's words by language; an unknown kind is said by its code."""
    return WORDS.get(kind, {"zh-Hans": kind, "ug": kind, "en": kind})
