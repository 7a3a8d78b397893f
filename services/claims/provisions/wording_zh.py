"""What a decision says in Chinese, the authoritative language, to each audience."""

from collections.abc import Mapping

from services.claims.provisions.reasons import Reason, Wanted

PERSON: Mapping[Reason | Wanted, str] = {
    Reason.CLASS_NOT_ACCEPTED: (
        "这个培训班没有通过备案，或者备案后被撤销，所以没有补贴。这不是您的原因。"
    ),
    Reason.CLASS_OUTSIDE_PLAN: (
        "这个培训班 {starts_on} 开班，不在本计划的期限（{plan_starts_on} 至 {plan_ends_on}）内，"
        "所以不能按本计划给补贴。"
    ),
    Reason.KIND_NOT_SUBSIDISED: "“{kind}”不属于这项补贴发放的培训类别，所以没有这项补贴。",
    Reason.KIND_NOT_FOR_STAFF: (
        "这是企业为本单位职工办的班，而“{kind}”不在企业职工可以享受补贴的培训类别里。"
    ),
    Reason.LEVEL_NOT_FOR_STAFF: "企业职工培训补贴不包括这个等级{level}。",
    Reason.ORGANISATION_NOT_ENTITLED: (
        "办班单位开班时没有列入公布的名单，或者不是用人单位，不能领取补贴。这不是您的原因。"
    ),
    Reason.OUTSIDE_TURPAN: "培训地点在吐鲁番以外，而您参加的这类培训须在吐鲁番进行，所以没有补贴。",
    Reason.CERTIFICATE_KIND_NOT_ACCEPTED: (
        "这个班发的“{certificate}”不在认可的证书种类里，所以没有补贴。"
    ),
    Reason.TOO_FEW_HOURS_TAUGHT: (
        "这个班实际上了 {taught} 课时，至少应当上 {needed} 课时，所以没有补贴。这不是您的原因。"
    ),
    Reason.ATTENDED_TOO_LITTLE: (
        "全班计划 {planned} 课时，须出勤 {share}，也就是 {needed} 课时；"
        "您出勤 {attended} 课时，是 {percent}，没有达到，所以没有培训补贴。"
        "记录有误的，您可以要求更正。"
    ),
    Reason.NOT_PASSED: "培训补贴须取得证书后才发放；您最近一次考核的结果是“{result}”。",
    Reason.CERTIFICATE_OTHER_KIND: (
        "这个班应当取得“{needed_certificate}”，登记的却是“{certificate}”，请让发证单位核对。"
    ),
    Reason.CERTIFICATE_OTHER_SUBJECT: (
        "登记的证书与您参加的培训“{subject}{level}”对不上，请让发证单位核对。"
    ),
    Reason.CERTIFICATE_NUMBER_WRONG: (
        "登记的证书编号不符合“{certificate}”的编号规则，请让发证单位核对。"
    ),
    Reason.CERTIFICATE_VOIDED: "您的证书已被发证单位作废，没有有效证书就没有培训补贴。",
    Reason.CERTIFICATE_BEFORE_CLASS: (
        "证书 {issued_on} 就已发放，早于开班日期 {starts_on}，不是参加这次培训取得的。"
    ),
    Reason.OWN_FUND_COVERS: "转岗培训的费用已经由您单位的职工教育经费全部承担，不再另给补贴。",
    Reason.NOT_CONFIRMED: (
        "没有您本人同意参加这个班的记录。只有本人确认过的培训才发补贴；参加或不参加都由您决定。"
    ),
    Reason.DRAWS_PENSION: (
        "您参加培训时已按月领取“{pension}”。这项补贴只给不按月领取这类养老金的人；"
        "领取城乡居民基本养老金不受影响。"
    ),
    Reason.ON_PUBLIC_PAYROLL: "您参加培训时是机关或者事业单位的在编人员，这项补贴不发给在编人员。",
    Reason.NOT_STAFF: "这个班是用人单位为自己的职工办的，而记录显示您参加培训时不是该单位的职工。",
    Reason.NOT_IN_CATEGORIES: "您参加培训时不属于这项补贴列出的任何一类人员。",
    Reason.FEE_FROM_KEY_GROUP: (
        "您属于应当免费培训的人员，却被收了费。收费的单位不能再领补贴，主管单位会另行查处；"
        "您可以投诉，收费单位看不到。"
    ),
    Reason.KIND_USED_THIS_YEAR: (
        "同一年里，每人享受“{kind}”补贴不超过 {times} 次；您在 {year} 年已经用满了。"
        "付给单位的补贴也算您的次数。"
    ),
    Reason.YEAR_FULL: "每人每年享受培训补贴不超过 {times} 次；您在 {year} 年已经用满了。",
    Reason.SAME_OCCUPATION_AND_LEVEL: (
        "同一职业、同一等级的培训，每人只能享受 {times} 次补贴；您的“{subject}{level}”已经享受过。"
    ),
    Reason.SAME_SUBJECT_IN_PERIOD: (
        "同一科目的“{kind}”在一个期间里只补贴一次；您在 {period}已经享受过“{subject}”。"
    ),
    Reason.NOT_OWN_APPLICATION: "生活费补贴是给您本人的，须由您本人申请，别人不能替您申请。",
    Reason.NOT_IN_ALLOWANCE_GROUP: (
        "生活费补贴发给贫困劳动力、就业困难人员、零就业家庭成员，以及“两后生”中的农村学员和"
        "城市低保家庭学员；您参加培训时不属于其中任何一类。"
    ),
    Reason.NO_ATTENDED_DAY: (
        "生活费补贴按出勤的天数发；记录里您没有出勤。记录有误的，您可以要求更正。"
    ),
    Reason.DAYS_PAID_ELSEWHERE: (
        "您出勤的 {days} 天，都已经在另一个班发过生活费补贴；同一天只发一次。"
    ),
    Wanted.CLASS_CLOSED: "这个班还没有结束，或者考勤还没有登记完，登记完再算。",
    Wanted.RESULT: "还没有您的考核结果。",
    Wanted.CERTIFICATE: "您已考核合格，还没有登记证书。",
    Wanted.FEE: "还不知道您参加培训有没有交费，补贴付给谁要看这一点。",
    Wanted.RATE: "这个培训项目的补贴标准还没有定。定了以后再算，不会按零处理。",
    Wanted.COMMISSION_PRICE: "这个项目制培训班的合同价格还没有登记，登记以后再算。",
    Wanted.DAY_RATE: "生活费补贴每天多少钱还没有定。定了以后再算，不会按零处理。",
    Wanted.OWN_FUND: "还不知道您单位的职工教育经费承担了多少，补贴只补不足的部分。",
    Wanted.PENSION: "还不知道您是否按月领取养老金；按月领取职工等养老金的人没有这项补贴。",
    Wanted.PUBLIC_PAYROLL: "还不知道您是不是机关事业单位在编人员；在编人员没有这项补贴。",
    Wanted.CATEGORIES: "还不知道您属于哪类人员；这项补贴只发给规定的几类人员。",
    Wanted.EMPLOYER: "还不知道您是哪个单位的职工；这个班的补贴只发给办班单位的职工。",
    Wanted.OTHER_CLASS: "您还有另一个班占着同一个补贴名额，等那个班有了结果再算。",
}

INSTITUTION: Mapping[Reason | Wanted, str] = {
    Reason.CLASS_NOT_ACCEPTED: "该班未通过备案，或备案已撤销、作废，不能申领补贴。",
    Reason.CLASS_OUTSIDE_PLAN: (
        "该班 {starts_on} 开班，不在计划期限（{plan_starts_on} 至 {plan_ends_on}）内。"
    ),
    Reason.KIND_NOT_SUBSIDISED: "“{kind}”不属于本项补贴的培训类别。",
    Reason.KIND_NOT_FOR_STAFF: "“{kind}”不在企业职工可享受补贴的培训类别内。",
    Reason.LEVEL_NOT_FOR_STAFF: "企业职工培训补贴不包括该等级{level}。",
    Reason.ORGANISATION_NOT_ENTITLED: "开班当日，你单位未以“{role}”身份列入名单，不能申领补贴。",
    Reason.OUTSIDE_TURPAN: "培训地点在吐鲁番市外，该措施不允许在市外培训。",
    Reason.CERTIFICATE_KIND_NOT_ACCEPTED: "该班的“{certificate}”不在认可的证书种类内。",
    Reason.TOO_FEW_HOURS_TAUGHT: "该班实际授课 {taught} 课时，至少须 {needed} 课时。",
    Reason.ATTENDED_TOO_LITTLE: (
        "该学员出勤 {attended} 课时，是计划 {planned} 课时的 {percent}；"
        "须达到 {share}，即 {needed} 课时。"
    ),
    Reason.NOT_PASSED: "该学员最近一次考核结果为“{result}”，未取得证书。",
    Reason.CERTIFICATE_OTHER_KIND: "该班应取得“{needed_certificate}”，登记的是“{certificate}”。",
    Reason.CERTIFICATE_OTHER_SUBJECT: "登记的证书与该班“{subject}{level}”的职业或等级不符。",
    Reason.CERTIFICATE_NUMBER_WRONG: (
        "登记的证书编号不符合“{certificate}”的编号规则，更正后可重新提交。"
    ),
    Reason.CERTIFICATE_VOIDED: "该学员的证书已作废。",
    Reason.CERTIFICATE_BEFORE_CLASS: "证书 {issued_on} 发放，早于开班日期 {starts_on}。",
    Reason.OWN_FUND_COVERS: (
        "职工教育经费每人已承担 {own_fen}，不低于补贴标准 {price_fen}，没有不足部分。"
    ),
    Wanted.CLASS_CLOSED: "该班尚未结束或考勤尚未登记完毕，请登记后再申领。",
    Wanted.RESULT: "该学员尚无考核结果。",
    Wanted.CERTIFICATE: "该学员考核合格，证书尚未登记。",
    Wanted.FEE: "请说明是否向该学员收取过费用。",
    Wanted.RATE: "该项目的补贴标准尚未确定；确定前不作决定，不按零处理。",
    Wanted.COMMISSION_PRICE: "该项目制合同的价格尚未登记。",
    Wanted.DAY_RATE: "生活费补贴标准尚未确定。",
    Wanted.OWN_FUND: "请说明职工教育经费为每名学员承担的金额，并附凭证或承诺。",
}
NOT_PAYABLE_PERSON = "该学员本次不能支付或尚不能支付。原因只告知本人和主管单位，请勿向学员追问。"

AUTHORITY: Mapping[Reason | Wanted, str] = {
    **INSTITUTION,
    Reason.ORGANISATION_NOT_ENTITLED: "开班当日，申领单位不具有“{role}”身份。",
    Reason.NOT_CONFIRMED: "没有本人确认记录，不得计入、不得发放。",
    Reason.DRAWS_PENSION: "开班当日按月领取“{pension}”，属排除险种（城乡居民养老保险不排除）。",
    Reason.ON_PUBLIC_PAYROLL: "开班当日为机关事业单位在编人员。",
    Reason.NOT_STAFF: "开班当日与办班或申领的用人单位没有劳动关系。",
    Reason.NOT_IN_CATEGORIES: "不属于条款点名的任何人员类别。",
    Reason.FEE_FROM_KEY_GROUP: "重点群体被收费：不予补贴，转作收费问题线索查处。",
    Reason.KIND_USED_THIS_YEAR: "{year} 年“{kind}”名额（{times} 次）已用满，名额键 {slot}。",
    Reason.YEAR_FULL: "{year} 年合计名额（{times} 次）已用满，名额键 {slot}。",
    Reason.SAME_OCCUPATION_AND_LEVEL: (
        "同一职业同一等级（{subject}{level}）已享受 {times} 次，名额键 {slot}。"
    ),
    Reason.SAME_SUBJECT_IN_PERIOD: "{period}内同一科目（{subject}）已享受，名额键 {slot}。",
    Reason.NOT_OWN_APPLICATION: "生活费补贴须由本人申请，本笔由他人提交。",
    Reason.NOT_IN_ALLOWANCE_GROUP: "不属于可享受生活费补贴的任何人员类别。",
    Reason.NO_ATTENDED_DAY: "没有出勤日。",
    Reason.DAYS_PAID_ELSEWHERE: "{days} 个出勤日均已在另一班发放。",
    Wanted.FEE: "缺：是否向学员收费。",
    Wanted.OWN_FUND: "缺：企业职工教育经费已承担的金额。",
    Wanted.PENSION: "缺：是否按月领取养老金及险种。",
    Wanted.PUBLIC_PAYROLL: "缺：是否机关事业单位在编人员。",
    Wanted.CATEGORIES: "缺：人员类别。",
    Wanted.EMPLOYER: "缺：本人所在用人单位。",
    Wanted.OTHER_CLASS: "同一名额由本人参加的另一班占用，待该班决定或释放。",
}

APPEAL = (
    "对这个决定不服的，您可以在本人页面要求人工复核、提出申诉；也可以自知道决定之日起 60 日内"
    "申请行政复议，或者在 6 个月内提起行政诉讼。"
)
