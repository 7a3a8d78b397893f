"""Check a plan pack and say in Chinese what it holds, what adds up and what is still open."""

import sys
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path

from shared.clock import Clock
from shared.plans import loading
from shared.plans.faults import PlanError
from shared.plans.pack import Plan
from shared.plans.terms import NotInForceError, Parameter, Value
from shared.plans.vocabulary import PURPOSE_ZH, WORDS_ZH, CertificateKind, Kind

_DIGITS_KEPT = 12


def main(directory: Path | None = None) -> int:
    """Print the report of a pack, or its faults; return the exit code."""
    directory = directory or loading.default_directory()
    if not directory.is_dir():
        sys.stderr.write(f"没有这个目录：{directory}\n")
        return 2
    try:
        plan = loading.load(directory)
    except PlanError as error:
        sys.stderr.write(f"{error}\n计划包有 {len(error.faults)} 处错误，不能使用。\n")
        return 1
    sys.stdout.write(report(plan, on=Clock().today()))
    return 0


def report(plan: Plan, *, on: date | None = None) -> str:
    """Say what the pack holds; provisions in force are those of `on`, by default the issue day."""
    day = on or plan.plan.issued_on
    parts = (_head(plan), _measures(plan), _sums(plan), _provisions(plan, day), _open(plan))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(plan: Plan) -> Iterator[str]:
    yield f"{plan.plan.title}　{plan.plan.number}"
    yield f"计划包 {plan.plan.id}　校验值 {plan.hash[:_DIGITS_KEPT]}　文件 {len(plan.texts)} 个"
    yield f"主管单位 {'、'.join(authority.name.zh for authority in plan.authorities)}"


def _measures(plan: Plan) -> Iterator[str]:
    yield f"{_left('编号', 46)}{_left('目标', 62)}{_right('人次', 8)}  {_left('要求', 18)}牵头"
    for measure in plan.measures:
        goal = "—" if measure.goal is None else f"{measure.goal:,}"
        lead = "、".join(plan.department(name).name.zh for name in measure.lead)
        needs = _needs(measure.hours_min, measure.months_min, measure.months_max)
        if measure.school_years is not None:
            needs = f"{measure.school_years} 年学制"
        name = _left(measure.name.zh, 62)
        yield f"{_left(measure.id, 46)}{name}{_right(goal, 8)}  {_left(needs, 18)}{lead}"
    for target in plan.targets:
        if target.line is not None:
            lead = "、".join(plan.department(name).name.zh for name in target.lead)
            name = _left(target.name.zh, 62)
            goal = _right(f"{target.goal:,}", 8)
            yield f"{_left(target.id, 46)}{name}{goal}  {_left('', 18)}{lead}"


def _needs(hours: int | None, low: int | None, high: int | None) -> str:
    if hours is not None:
        return f"≥{hours} 课时"
    return f"{low}-{high} 个月" if low is not None else ""


def _sums(plan: Plan) -> Iterator[str]:
    head = plan.plan
    measures = sum(target.goal for target in plan.targets if target.line is None)
    schools = sum(target.goal for target in plan.targets if target.line is not None)
    years = " + ".join(f"{goal:,}" for goal in head.goal_by_year.values())
    yield f"目标 {len(plan.targets)} 项"
    both = f"{measures:,} + 院校 {schools:,} = {measures + schools:,}"
    yield f"措施 {both} ＝ 计划目标 {head.goal:,}  ✓"
    yield f"分年 {years} = {sum(head.goal_by_year.values()):,}  ✓"
    for figure in head.figures:
        yield f"{figure.name.zh} {_figure(figure.value)}（{figure.of}，{figure.source.article}）"


def _figure(value: Fraction) -> str:
    return str(value) if value >= 1 else _share(value)


def _share(value: Fraction) -> str:
    percent = value * 100
    return f"{percent}%" if percent.denominator == 1 else str(value)


def _provisions(plan: Plan, day: date) -> Iterator[str]:
    words = _words(plan)
    yield f"{day.isoformat()} 有效的条款"
    for provision in plan.provisions:
        try:
            terms = provision.on(day)
        except NotInForceError:
            yield f"  {provision.id}　{provision.name.zh}　（此日未生效）"
            continue
        state = "" if provision.built else "　〔规则尚未实现〕"
        yield f"  {provision.id}　{provision.name.zh}　自 {terms.starts_on.isoformat()}{state}"
        for parameter in provision.parameters:
            value = _value(parameter, terms[parameter.id], words)
            source = terms.source_of(parameter.id)
            seen = "" if source.seen else "〔原文未见，据转述〕"
            yield f"      {parameter.zh}：{value}　——{source.number} {source.article}{seen}"


def _words(plan: Plan) -> Mapping[str, str]:
    """Name in Chinese whatever a parameter may refer to."""
    words: dict[str, str] = {purpose.value: zh for purpose, zh in PURPOSE_ZH.items()}
    words.update({kind.value: kind.zh for kind in (*Kind, *CertificateKind)})
    words.update({category.id: category.name.zh for category in plan.categories})
    words.update({fund.id: fund.name.zh for fund in plan.funds})
    words.update({measure.id: measure.name.zh for measure in plan.measures})
    return {**WORDS_ZH, **words}


def _value(parameter: Parameter, value: Value, words: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Fraction):
        return _share(value)
    if isinstance(value, Mapping):
        return "；".join(
            f"{words.get(key, key)} {_value(parameter, below, words)}"
            for key, below in value.items()
        )
    if isinstance(value, tuple):
        return "、".join(words.get(word, word) for word in value)
    if isinstance(value, int):
        yuan = parameter.type == "fen" or parameter.unit == "分"
        return f"{value // 100:,}.{value % 100:02} 元" if yuan else f"{value} {parameter.unit}"
    return words.get(str(value), str(value))


def _open(plan: Plan) -> Iterator[str]:
    yield "未定、未实现"
    rates: dict[str, list[str]] = {}
    unbuilt: dict[str, list[str]] = {}
    for provision in plan.provisions:
        for rate in provision.rates:
            rates.setdefault(rate, []).append(provision.name.zh)
        if provision.reason is not None:
            unbuilt.setdefault(provision.reason, []).append(provision.id)
    for rate, names in rates.items():
        needs = "由主管单位录入金额、起始日和文号，第二人确认"
        yield f"  标准未定：{rate}（{'、'.join(names)}），{needs}"
    for reason, ids in unbuilt.items():
        yield f"  尚无规则读取（{reason}）：{'、'.join(ids)}"
    for matter in plan.matters:
        unreviewed = [text.language.value for text in matter.texts if not text.reviewed]
        if unreviewed:
            yield f"  译文未经审校：{matter.name.zh}（{'、'.join(unreviewed)}）"
    ordered = {fund for order in plan.orders for fund in order.funds}
    for fund in plan.funds:
        if fund.id not in ordered:
            uses = "、".join(PURPOSE_ZH[purpose] for purpose in fund.permitted)
            yield f"  未列入支付顺序：{fund.name.zh}（可用于{uses}）"


def _left(text: str, width: int) -> str:
    return text + " " * max(1, width - _wide(text))


def _right(text: str, width: int) -> str:
    return " " * max(0, width - _wide(text)) + text


def _wide(text: str) -> int:
    """Count columns: a full-width character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
