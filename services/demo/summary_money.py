"""The year's money for an officer of a county: claims, decisions, reasons, payments, funds."""

from typing import Any

from rich.console import Console
from rich.table import Table

from services.demo import cast
from services.demo.world import World

FEN = 100
DECISIONS = {"approvable": "可以发放", "refused": "不予发放", "undecided": "待补充事实"}
STATES = {
    "undecided": "待补充事实",
    "refused": "不予发放",
    "waiting": "等待资金",
    "approvable": "待审核",
    "reviewed": "已审核",
    "noticed": "公示中",
    "held": "因异议暂停",
    "payable": "待拨付",
    "batched": "银行办理中",
    "paid": "已到账",
    "voided": "已作废",
    "returned": "退回补正",
    "withdrawn": "已撤回",
}
# Reasons and missing facts as an office worker says them.
REASONS = {
    "class_not_accepted": "培训班未备案或已撤销",
    "class_outside_plan": "开班不在方案期限内",
    "kind_not_subsidised": "不属于补贴的培训类别",
    "kind_not_for_staff": "不属于企业职工可补贴的类别",
    "level_not_for_staff": "不属于企业职工可补贴的等级",
    "organisation_not_entitled": "单位开班时不在目录内",
    "outside_turpan": "在市外培训",
    "certificate_kind_not_accepted": "证书种类不认可",
    "too_few_hours_taught": "实际授课课时不足",
    "attended_too_little": "出勤不足 80%",
    "not_passed": "考核未通过",
    "certificate_other_kind": "证书种类不符",
    "certificate_other_subject": "证书科目或等级不符",
    "certificate_number_wrong": "证书编号不合规则",
    "certificate_voided": "证书已作废",
    "certificate_before_class": "证书早于开班",
    "own_fund_covers": "企业职工教育经费已全部承担",
    "not_confirmed": "没有本人确认",
    "draws_pension": "按月领取职工养老金",
    "on_public_payroll": "机关事业单位在编",
    "not_staff": "不是该单位职工",
    "not_in_categories": "不属于补贴人员类别",
    "fee_from_key_group": "向免费培训人员收费",
    "kind_used_this_year": "本年同类补贴已享受",
    "year_full": "本年补贴次数已满",
    "same_occupation_and_level": "同一职业同一等级已享受",
    "same_subject_in_period": "同一科目在规定期间已享受",
    "not_own_application": "不是本人申领",
    "not_in_allowance_group": "不属于生活费补贴人员",
    "no_attended_day": "没有出勤日",
    "days_paid_elsewhere": "出勤日已在别处发放",
    "refused_in_review": "审核抽查不实",
}
NEEDS = {
    "class_closed": "考勤尚未齐全",
    "result": "缺考核结果",
    "certificate": "缺证书",
    "fee": "不知是否收费",
    "rate": "补贴标准未设定",
    "commission_price": "项目制价格未定",
    "day_rate": "生活费标准未设定",
    "own_fund": "不知企业经费承担多少",
    "pension": "不知是否领取养老金",
    "public_payroll": "不知是否在编",
    "categories": "人员类别无名册、本人也未说明",
    "employer": "不知是哪个单位的职工",
    "other_class": "名额由另一个班占用",
}
FUNDS = {"special": "职业技能提升行动专项资金", "employment": "就业补助资金"}
SHORT = {"special": "专项资金", "employment": "就业补助"}
KINDS = {
    "skill": "职业技能",
    "startup": "创业",
    "language": "国家通用语言",
    "safety": "安全技能",
    "induction": "岗前",
    "transfer": "转岗",
}
PAYEES = {"institution": "培训机构", "employer": "用人单位", "person": "本人"}
PROVISIONS = {"training_subsidy": "培训补贴", "living_allowance": "生活费补贴"}


def show(console: Console, world: World, figures: dict[str, Any]) -> None:
    """Print the year's money."""
    console.rule("[bold]补贴资金")
    _claims(console, world, figures)
    _reasons(console, "不予发放的理由（一笔可有几条）", figures["refusals_by_reason"], REASONS)
    _reasons(console, "待补充的事实（不作推定，也不按零计算）", figures["needs_by_fact"], NEEDS)
    _funds(console, world)
    _paid(console, figures)


def yuan(fen: int) -> str:
    """Write fen as yuan with thousands apart."""
    return f"{fen // FEN:,}.{fen % FEN:02}"


def plain(fen: int) -> str:
    """Write fen as yuan, without decimals where there are none."""
    return f"{fen // FEN:,}" if fen % FEN == 0 else yuan(fen)


def _claims(console: Console, world: World, figures: dict[str, Any]) -> None:
    routes, decided = figures["claims_by_route"], figures["lines_by_decision"]
    console.print(
        f"  申领：{figures['claims']} 件（承诺 {routes.get('commitment', 0)}、提交材料"
        f" {routes.get('documents', 0)}），{figures['lines']} 笔；"
        + "、".join(f"{DECISIONS[key]} {count} 笔" for key, count in decided.items())
        + f"。曾有 {figures['lines_waited']} 笔等待资金，到账后已预留。"
    )
    console.print(
        f"  资金：到账 {yuan(figures['fen_received'])} 元；预留 {yuan(figures['fen_reserved'])}"
        f" = 释放 {yuan(figures['fen_released'])} + 在途 {yuan(figures['fen_open'])}"
        f" + 已付 {yuan(figures['fen_paid'])}；试算差额 {yuan(figures['trial_balance_fen'])}。"
    )
    table = Table(title="补贴明细现在到哪一步", title_justify="left")
    table.add_column("状态")
    table.add_column("笔数", justify="right")
    for state, words in STATES.items():
        if count := figures["lines_by_state"].get(state):
            table.add_row(words, f"{count:,}")
    console.print(table)
    told = world.seen["pension_text"]
    console.print(f"  本人看到的一条理由：{told['text']}（{told['article']}）")


def _reasons(console: Console, title: str, counted: dict[str, int], words: dict[str, str]) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("理由")
    table.add_column("笔数", justify="right")
    for code, count in sorted(counted.items(), key=lambda one: -one[1]):
        table.add_row(words.get(code, code), str(count))
    console.print(table)


def _funds(console: Console, world: World) -> None:
    table = Table(title="资金账户（元，2020 年度，分账核算）", title_justify="left")
    for column in ("主管单位", "资金和用途"):
        table.add_column(column)
    for column in ("到账", "预留", "已付", "可用"):
        table.add_column(column, justify="right", no_wrap=True)
    order = list(cast.AUTHORITIES)
    for one in sorted(world.seen["accounts"], key=lambda one: order.index(one["authority"])):
        use = PROVISIONS.get(one["purpose"], one["purpose_name"])
        table.add_row(
            cast.AUTHORITIES[one["authority"]],
            f"{SHORT.get(one['fund'], one['fund_name'])}·{use}",
            *(plain(one[f"{name}_fen"]) for name in ("received", "reserved", "paid", "available")),
        )
    console.print(table)


def _paid(console: Console, figures: dict[str, Any]) -> None:
    table = Table(title="已付（元）", title_justify="left")
    table.add_column("按")
    table.add_column("项目")
    table.add_column("金额", justify="right")
    groups = (
        ("资金", "fund", FUNDS),
        ("补贴", "provision", PROVISIONS),
        ("培训类别", "kind", KINDS),
        ("收款人", "payee", PAYEES),
        ("主管单位", "authority", cast.AUTHORITIES),
    )
    for title, name, words in groups:
        for key, fen in figures[f"fen_paid_by_{name}"].items():
            table.add_row(title, words.get(key, key), yuan(fen))
            title = ""  # noqa: PLW2901 -- said once a group
        table.add_section()
    console.print(table)
    console.print(
        f"  拨付批次 {figures['payment_batches']} 个，公示 {figures['notices']} 次；"
        "银行退回的账户由本人或者单位更正后重发一次，退汇凭单冲回后重发。"
    )
