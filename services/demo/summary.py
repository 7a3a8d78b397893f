"""What happened, for an officer of a county: in Chinese, in tables, without a word of technique."""

from typing import Any

from rich.console import Console
from rich.table import Table

from services.demo import cast, summary_money
from services.demo.world import World

BUSIEST = 8
# The codes of rejected rows, as an office worker says them.
CODES = {
    "name_missing": "缺姓名",
    "name_too_long": "姓名超过50个字符",
    "name_characters": "姓名含数字或符号",
    "id_missing": "缺身份证号",
    "id_length": "身份证号位数不对",
    "id_15_digits": "15位旧号码",
    "id_scientific": "身份证号被表格写成科学计数法",
    "id_characters": "身份证号含其他字符",
    "id_area": "身份证号的地区代码不存在",
    "id_birth_date": "身份证号的出生日期不存在",
    "id_checksum": "身份证号校验码不对",
    "under_age": "未满16周岁",
    "phone_characters": "联系电话不是号码",
    "class_missing": "缺班级编号",
    "class_unknown": "没有这个班级编号",
    "class_not_open": "该班不能再邀请",
    "class_full": "该班邀请人数已满",
    "duplicate_in_file": "同一人在文件中重复",
}


def show(console: Console, world: World, figures: dict[str, Any]) -> None:
    """Print the year."""
    console.print()
    console.rule("[bold]职培 2020 年小结（沙箱演示，人员和单位均为虚构）")
    _overview(console, figures)
    _targets(console, world, figures)
    _authorities(console, figures)
    _rejected(console, figures)
    _declined(console, world, figures)
    summary_money.show(console, world, figures)


def _overview(console: Console, figures: dict[str, Any]) -> None:
    states = figures["classes_by_state"]
    routes = figures["classes_by_route"]
    editions = figures["editions"]
    lines = {
        "目录": f"机构第 {editions['institutions']} 版、评价机构第 {editions['assessors']} 版、"
        f"培训项目第 {editions['offerings']} 版；{figures['offerings_without_rate']}"
        " 个项目的补贴标准尚未设定（已录入的标准均为示例）。",
        "开班": f"备案 {figures['classes']} 个（承诺 {routes.get('commitment', 0)}、提交材料"
        f" {routes.get('documents', 0)}），准予 {states.get('accepted', 0)}，退回"
        f" {states.get('returned', 0)}，撤回 {states.get('withdrawn', 0)}，撤销"
        f" {states.get('voided', 0)}；授课 {figures['sessions_held']} 次。",
        "花名册": f"{figures['rosters']} 份，收到 {figures['rows_received']} 行，接受"
        f" {figures['rows_accepted']} 行，退回 {figures['rows_rejected']} 行。",
        "学员": f"{figures['persons']} 人；本人确认 {figures['enrolments_confirmed']}"
        f" 人次，开班时尚未确认 {figures['enrolments_not_confirmed']} 人次。",
        "退出": f"公布 {figures['withdrawals']} 人次；另有 {figures['withdrawals_suppressed']}"
        " 个单位季度人数很少，不公布。",
        "证书": f"有效 {figures['certificates']} 本。",
    }
    for name, line in lines.items():
        console.print(f"  {name}：{line}")


def _targets(console: Console, world: World, figures: dict[str, Any]) -> None:
    names = {one["id"]: one["name"]["zh"] for one in world.seen["progress"]["targets"]}
    table = Table(title="计划进度（人次）", title_justify="left")
    for column in ("目标", "三年目标", "开始", "结业", "取证", "已付"):
        table.add_column(column, justify="left" if column == "目标" else "right")
    for key, one in figures["targets"].items():
        if one["started"] == 0:
            continue
        table.add_row(names[key], *(_said(one[name]) for name in one))
    total = figures["total"]
    table.add_section()
    table.add_row("合计", *(_said(total[name]) for name in total))
    console.print(table)


def _authorities(console: Console, figures: dict[str, Any]) -> None:
    table = Table(title="按主管单位（人次）", title_justify="left")
    for column in ("主管单位", "开班", "开始", "结业", "取证", "已付"):
        table.add_column(column, justify="left" if column == "主管单位" else "right")
    for code, one in figures["authorities"].items():
        classes = figures["classes_by_authority"].get(code, 0)
        name = cast.AUTHORITIES.get(code, code)
        table.add_row(name, str(classes), *(_said(one[figure]) for figure in one))
    console.print(table)


def _rejected(console: Console, figures: dict[str, Any]) -> None:
    table = Table(title="花名册退回的行（一行可有几个原因）", title_justify="left")
    table.add_column("原因")
    table.add_column("行数", justify="right")
    for code, count in sorted(figures["rows_rejected_by_code"].items(), key=lambda one: -one[1]):
        table.add_row(CODES.get(code, code), str(count))
    console.print(table)


def _declined(console: Console, world: World, figures: dict[str, Any]) -> None:
    example = world.seen["declined_example"]
    console.print(
        f"  机构看到的：{example['class']} 班开班前夕，“已确认 {example['confirmed']} 人，未确认"
        f" {example['not_confirmed']} 人”。谁谢绝、谁没有回答、谁只是看过，"
        "机构和主管单位都无从分辨；开班之后连这个数字也不再存在。"
    )
    total = figures["enrolments_confirmed"] + figures["enrolments_not_confirmed"]
    console.print(f"  全年邀请 {total} 人次，没有确认的人不在任何进度、考勤、补贴和名单里。")


def promises(console: Console, world: World) -> bool:
    """Print which promises held; return whether all did."""
    kept = all(one.kept for one in world.promises)
    table = Table(title="逐项核对", title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for one in world.promises:
        mark = "[green]✓" if one.kept else "[bold red]✗"
        table.add_row(mark, one.words if one.kept else f"{one.words}：{one.seen}")
    console.print(table)
    return kept


def timing(console: Console, world: World, seconds: dict[str, float]) -> None:
    """Say where the time went."""
    parts = "，".join(f"{name} {value:.1f}" for name, value in seconds.items())
    watch = world.api.watch
    console.print(f"  用时（秒）：{parts}；接口调用 {watch.calls.total()} 次。", style="dim")
    for noun, waited in sorted(watch.waited.items(), key=lambda one: -one[1])[:BUSIEST]:
        mean = waited / watch.calls[noun]
        console.print(
            f"    {noun}：{watch.calls[noun]} 次，平均 {mean * 1e3:.0f} 毫秒", style="dim"
        )


def _said(value: int | None) -> str:
    return "未知" if value is None else f"{value:,}"
