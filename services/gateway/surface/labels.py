"""What the words of the API are called: one list for every client, Chinese first."""

from shared import routing
from shared.plans import vocabulary
from shared.plans.pack import Plan


class LabelOut(routing.Out):
    """One value and its labels; Uyghur where there is a text, unreviewed."""

    value: str
    zh: str
    en: str
    ug: str | None = None


OWN: dict[str, dict[str, tuple[str, str]]] = {
    "role": {
        "public": ("公众", "The public"),
        "visitor": ("未绑定访客", "Visitor"),
        "trainee": ("学员", "Trainee"),
        "organisation": ("机构", "Organisation"),
        "officer": ("人社经办人员", "Officer"),
        "finance": ("财政经办人员", "Finance officer"),
        "department": ("牵头部门人员", "Lead department"),
        "auditor": ("审计监督人员", "Auditor"),
        "administrator": ("系统管理员", "Administrator"),
    },
    "organisation_role": {
        "institution": ("培训机构", "Institution"),
        "assessor": ("评价机构", "Assessor"),
        "employer": ("用人单位", "Employer"),
    },
    "standing": {
        "applied": ("已申请", "Applied"),
        "listed": ("已列入目录", "Listed"),
        "suspended": ("暂停", "Suspended"),
        "removed": ("移出目录", "Removed"),
        "refused": ("未予列入", "Refused"),
    },
    "directory": {
        "institutions": ("培训机构目录", "Directory of institutions"),
        "assessors": ("评价机构目录", "Directory of assessors"),
        "offerings": ("补贴性培训项目目录", "Directory of subsidised offerings"),
    },
    "basis": {
        "commission": ("项目制", "Commission"),
        "agreement": ("培训协议", "Agreement"),
        "directory": ("目录内培训", "Directory"),
    },
    "route": {
        "commitment": ("告知承诺", "Disclosure and commitment"),
        "documents": ("提交材料", "Documents"),
    },
    "class_state": {
        "submitted": ("待受理", "Submitted"),
        "accepted": ("已备案", "Accepted"),
        "returned": ("已退回", "Returned"),
        "withdrawn": ("已撤回", "Withdrawn"),
        "voided": ("已作废", "Voided"),
    },
    "session_state": {
        "planned": ("已排课", "Planned"),
        "held": ("已上课", "Held"),
        "cancelled": ("已取消", "Cancelled"),
    },
    "outcome": {
        "passed": ("合格", "Passed"),
        "failed": ("不合格", "Failed"),
        "absent": ("缺考", "Absent"),
    },
    "certificate_state": {
        "valid": ("有效", "Valid"),
        "voided": ("已作废", "Voided"),
    },
    "name_conflict_state": {
        "open": ("待处理", "Open"),
        "kept": ("保留原姓名", "Kept"),
        "changed": ("已更正姓名", "Changed"),
    },
    "attendance_correction_state": {
        "asked": ("待审批", "Asked"),
        "approved": ("已同意", "Approved"),
        "returned": ("已退回", "Returned"),
    },
    "correction_field": {
        "name": ("姓名", "Name"),
        "id_number": ("身份证号码", "ID number"),
        "phone": ("手机号码", "Phone"),
        "attendance": ("考勤", "Attendance"),
        "result": ("考核结果", "Result"),
        "other": ("其他", "Other"),
    },
    "correction_state": {
        "open": ("待处理", "Open"),
        "done": ("已更正", "Done"),
        "refused": ("未予更正", "Refused"),
    },
    "complaint_state": {
        "open": ("办理中", "Open"),
        "answered": ("已答复", "Answered"),
    },
    "code_source": {
        "official": ("官方代码", "Official code"),
        "local": ("本地代码", "Local code"),
    },
    "language": {
        "zh-Hans": ("中文", "Chinese"),
        "ug": ("维吾尔文", "Uyghur"),
        "en": ("英文", "English"),
    },
    "officer_state": {
        "invited": ("待激活", "Invited"),
        "active": ("在用", "Active"),
        "suspended": ("已停用", "Suspended"),
    },
    "client_role": {
        "organisation": ("机构系统", "An organisation's system"),
        "county": ("区县业务系统", "A county's system"),
    },
    "client_state": {
        "active": ("在用", "Active"),
        "revoked": ("已注销", "Revoked"),
    },
}

# What one complains about is chosen on the phone, so it is said in Uyghur too. Unreviewed.
COMPLAINT = {
    "forced": ("被强迫参加", "Forced to take part", "قاتنىشىشقا مەجبۇرلاش"),
    "confirmed_for_me": ("别人替我确认", "Confirmed for me", "ئورنۇمغا جەزملەشتۈرۈش"),
    "kept_from_leaving": ("不让退出", "Kept from leaving", "چېكىنىشكە يول قويماسلىق"),
    "charged": ("收费、收押金", "Charged money", "پۇل ئېلىش"),
    "papers_kept": ("扣押证件", "Papers kept", "كىنىشكا تۇتۇۋېلىش"),
    "teaching": ("教学问题", "Teaching", "ئوقۇتۇش مەسىلىسى"),
    "money": ("补贴问题", "Subsidy or allowance", "ياردەم پۇلى مەسىلىسى"),
    "other": ("其他", "Other", "باشقا"),
}

PURPOSE_EN = {
    vocabulary.Purpose.TRAINING_SUBSIDY: "Training subsidy",
    vocabulary.Purpose.TRANSFER_TRAINING: "Subsidy for transfer training",
    vocabulary.Purpose.AID_TRAINING: "Training under the aid programme",
    vocabulary.Purpose.LIVING_ALLOWANCE: "Living allowance",
    vocabulary.Purpose.APPRENTICESHIP: "Apprenticeship subsidy",
    vocabulary.Purpose.WORK_TRAINING: "Subsidy for training through work",
    vocabulary.Purpose.SKILL_UPGRADE: "Skill-upgrade subsidy of insured staff",
}


def every(plan: Plan) -> dict[str, list[LabelOut]]:
    """Return the labels of every list of words, the plan's own among them."""
    found = {
        name: [LabelOut(value=value, zh=zh, en=en) for value, (zh, en) in words.items()]
        for name, words in OWN.items()
    }
    found["complaint_about"] = [
        LabelOut(value=value, zh=zh, en=en, ug=ug) for value, (zh, en, ug) in COMPLAINT.items()
    ]
    found["kind"] = [LabelOut(value=k.value, zh=k.zh, en=k.en, ug=k.ug) for k in vocabulary.Kind]
    found["certificate_kind"] = [
        LabelOut(value=k.value, zh=k.zh, en=k.en) for k in vocabulary.CertificateKind
    ]
    found["purpose"] = [
        LabelOut(value=p.value, zh=vocabulary.PURPOSE_ZH[p], en=PURPOSE_EN[p])
        for p in vocabulary.Purpose
    ]
    found["authority"] = [
        LabelOut(value=a.code, zh=a.name.zh, en=a.name.en, ug=a.name_ug or None)
        for a in plan.authorities
    ]
    return found
