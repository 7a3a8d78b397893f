"""The closed words of a plan pack. A new word here is a change of code: rules must know it."""

from enum import StrEnum


class Kind(StrEnum):
    """A kind of training (培训类别)."""

    SKILL = "skill"
    STARTUP = "startup"
    LANGUAGE = "language"
    SAFETY = "safety"
    INDUCTION = "induction"
    TRANSFER = "transfer"
    APPRENTICESHIP = "apprenticeship"
    WORK_TRAINING = "work_training"

    @property
    def zh(self) -> str:
        """The plan's own word."""
        return KIND_ZH[self]

    @property
    def en(self) -> str:
        """The English label."""
        return KIND_EN[self]

    @property
    def ug(self) -> str:
        """The Uyghur label, unreviewed."""
        return KIND_UG[self]


class CertificateKind(StrEnum):
    """What a class can end with. 五(二); POLICY 8.10."""

    QUALIFICATION = "qualification"
    SKILL_LEVEL = "skill_level"
    SPECIAL_ABILITY = "special_ability"
    PERMIT = "permit"
    COMPLETION = "completion"

    @property
    def zh(self) -> str:
        """The official word."""
        return CERTIFICATE_ZH[self]

    @property
    def en(self) -> str:
        """The English label."""
        return CERTIFICATE_EN[self]


class Purpose(StrEnum):
    """What public money may be paid for: one account per purpose and fund."""

    TRAINING_SUBSIDY = "training_subsidy"
    TRANSFER_TRAINING = "transfer_training"
    AID_TRAINING = "aid_training"
    LIVING_ALLOWANCE = "living_allowance"
    APPRENTICESHIP = "apprenticeship"
    WORK_TRAINING = "work_training"
    SKILL_UPGRADE = "skill_upgrade"


class Evidence(StrEnum):
    """Where a fact comes from."""

    REGISTER = "register"
    COMMITMENT = "commitment"
    DOCUMENT = "document"


class DecidedOn(StrEnum):
    """The day whose rule applies. POLICY 8.19."""

    CLASS_START = "class_start"
    CERTIFICATE_DATE = "certificate_date"
    MONTH_WORKED = "month_worked"
    APPRENTICESHIP_YEAR = "apprenticeship_year"
    CONFIRMATION = "confirmation"
    REPORT_DAY = "report_day"
    NOTICE_START = "notice_start"
    AGREEMENT = "agreement"
    DECISION = "decision"
    LAST_EVENT = "last_event"


class Route(StrEnum):
    """How an applicant shows that the conditions are met; the choice is always theirs."""

    COMMITMENT = "commitment"
    DOCUMENTS = "documents"


class Language(StrEnum):
    """The languages of texts; the first is authoritative."""

    ZH = "zh-Hans"
    UG = "ug"
    EN = "en"


class CategoryRole(StrEnum):
    """What a category does where a provision names it."""

    ENTITLES = "entitles"
    EXCLUDES = "excludes"


KIND_ZH = {
    Kind.SKILL: "职业技能培训",
    Kind.STARTUP: "创业培训",
    Kind.LANGUAGE: "国家通用语言培训",
    Kind.SAFETY: "安全技能培训",
    Kind.INDUCTION: "岗前培训",
    Kind.TRANSFER: "转岗转业培训",
    Kind.APPRENTICESHIP: "企业新型学徒制培训",
    Kind.WORK_TRAINING: "以工代训",
}
KIND_EN = {
    Kind.SKILL: "Skills training",
    Kind.STARTUP: "Start-up training",
    Kind.LANGUAGE: "National common language training",
    Kind.SAFETY: "Safety training",
    Kind.INDUCTION: "Induction training",
    Kind.TRANSFER: "Training for a change of post or trade",
    Kind.APPRENTICESHIP: "New-type enterprise apprenticeship",
    Kind.WORK_TRAINING: "Training through work",
}
KIND_UG = {  # unreviewed, like every Uyghur text of this pack
    Kind.SKILL: "كەسپىي ماھارەت تەربىيەسى",
    Kind.STARTUP: "ئىگىلىك تىكلەش تەربىيەسى",
    Kind.LANGUAGE: "دۆلەت ئورتاق تىلى تەربىيەسى",
    Kind.SAFETY: "بىخەتەرلىك ماھارىتى تەربىيەسى",
    Kind.INDUCTION: "ئىش ئورنىغا چىقىشتىن بۇرۇنقى تەربىيە",
    Kind.TRANSFER: "ئىش ئورنى ۋە كەسىپ ئالماشتۇرۇش تەربىيەسى",
    Kind.APPRENTICESHIP: "كارخانىلارنىڭ يېڭىچە شاگىرتلىق تۈزۈمى تەربىيەسى",
    Kind.WORK_TRAINING: "ئىشلەش ئارقىلىق تەربىيەلەش",
}
CERTIFICATE_ZH = {
    CertificateKind.QUALIFICATION: "国家职业资格证书",
    CertificateKind.SKILL_LEVEL: "职业技能等级证书",
    CertificateKind.SPECIAL_ABILITY: "专项职业能力证书",
    CertificateKind.PERMIT: "特种作业操作证",
    CertificateKind.COMPLETION: "培训合格证书",
}
CERTIFICATE_EN = {
    CertificateKind.QUALIFICATION: "National vocational qualification certificate",
    CertificateKind.SKILL_LEVEL: "Vocational skill level certificate",
    CertificateKind.SPECIAL_ABILITY: "Special vocational ability certificate",
    CertificateKind.PERMIT: "Special operations permit",
    CertificateKind.COMPLETION: "Training completion certificate",
}
PURPOSE_ZH = {
    Purpose.TRAINING_SUBSIDY: "职业培训补贴",
    Purpose.TRANSFER_TRAINING: "转岗转业培训补贴",
    Purpose.AID_TRAINING: "援疆培训",
    Purpose.LIVING_ALLOWANCE: "生活费补贴",
    Purpose.APPRENTICESHIP: "企业新型学徒制补贴",
    Purpose.WORK_TRAINING: "以工代训补贴",
    Purpose.SKILL_UPGRADE: "参保职工技能提升补贴",
}
# The other words that a provision's parameters use, as an officer reads them.
WORDS_ZH = {
    "assessor": "评价机构",
    "attended_day": "出勤日",
    "calendar": "自然年度",
    "certified": "取证",
    "class_start": "开班",
    "completed": "完成",
    "confirmed_places": "本人已确认的名额",
    "employees": "职工养老保险",
    "employer": "用人单位",
    "institution": "培训机构",
    "institution_or_trainee": "培训机构（学员已缴费的为学员）",
    "officer": "主管单位经办人",
    "paid": "已发放",
    "person": "本人",
    "public": "机关事业单位养老保险",
    "quarter": "每季度",
    "residents": "城乡居民养老保险",
    "started": "开始",
    "turpan": "吐鲁番市内",
    "year": "每年",
}
