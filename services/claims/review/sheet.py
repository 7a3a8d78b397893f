"""The approval sheet of a claim: a page to print, sign and file, without anything of a person."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jinja2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.review import queries
from services.claims.submissions.models import Claim
from shared import money, problems
from shared.clock import SHANGHAI
from shared.plans import Plan

__all__ = ["FIELDS", "page"]

# Everything that a sheet shows. The list is closed: figures and codes, never a person's. POLICY 9.7
FIELDS = (
    *("claim_id", "authority_name", "matter", "route", "organisation_id", "submitted_at"),
    *("sums", "lines", "amount", "checks", "draws", "decisions", "printed_at"),
)
PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
)
MATTERS = {"training_subsidy": "职业培训补贴", "living_allowance": "培训期间生活费补贴"}
ROUTES = {"commitment": "告知承诺", "documents": "提交材料"}
DECISIONS = {"reviewed": "审核通过", "refused": "不予通过", "returned": "退回补正"}
STATES = {
    "undecided": "待补充",
    "refused": "不予支付",
    "waiting": "等待资金",
    "approvable": "待审核",
    "reviewed": "已审核",
    "noticed": "公示中",
    "held": "异议处理中",
    "payable": "待拨付",
    "batched": "已列入批次",
    "paid": "已支付",
    "voided": "已作废",
    "returned": "已退回",
    "withdrawn": "已撤回",
}
SUMS = text(
    "select class_id, fund, year, state, count(*) as lines, sum(amount_fen)::bigint as fen"
    " from claim_lines where claim_id = :claim group by 1, 2, 3, 4 order by 1, 4, 2, 3"
)
CHECKS = text(
    "select c->>'code' as code, count(*) filter (where c->>'result' = 'passed') as passed,"
    " count(*) filter (where c->>'result' = 'failed') as failed,"
    " count(*) filter (where c->>'result' = 'unknown') as unknown"
    " from line_reviews r cross join lateral jsonb_array_elements(r.checks) c"
    " where r.claim_id = :claim group by 1 order by 1"
)
DRAWS = text(
    "select d.seed, d.per_hundred, d.at, cardinality(d.drawn) as drawn,"
    " count(r.line_id) filter (where r.finding = 'in_order') as in_order,"
    " count(r.line_id) filter (where r.finding <> 'in_order') as not_in_order"
    " from sample_draws d left join line_reviews r on r.draw_id = d.id and r.sampled"
    " where d.claim_id = :claim group by d.id order by d.at"
)
DONE = text(
    "select decision, lines, fen, by_subject, office, at from review_decisions"
    " where claim_id = :claim order by at, id"
)


async def page(session: AsyncSession, *, claim: UUID, plan: Plan, now: datetime) -> str:
    """Return the page. NotFound for a claim out of reach."""
    row = await session.get(Claim, claim)
    if row is None:
        raise problems.NotFound
    given = {"claim": claim}
    sums = (await session.execute(SUMS, given)).all()
    values: dict[str, Any] = {
        "claim_id": row.id,
        "authority_name": plan.authority(row.authority).name.zh,
        "matter": MATTERS[row.matter],
        "route": ROUTES[row.route],
        "organisation_id": row.organisation_id,
        "submitted_at": _time(row.submitted_at),
        "sums": [_sum(each) for each in sums],
        "lines": sum(each.lines for each in sums),
        "amount": _yuan(sum(each.fen for each in sums)),
        "checks": [
            {"label": queries.LABELS[each.code], **_figures(each)}
            for each in await session.execute(CHECKS, given)
        ],
        "draws": [_draw(each) for each in await session.execute(DRAWS, given)],
        "decisions": [_decision(each) for each in await session.execute(DONE, given)],
        "printed_at": _time(now),
    }
    assert tuple(values) == FIELDS
    return PAGES.get_template("approval_sheet.html").render(sheet=values)


def _sum(row: Any) -> dict[str, Any]:
    return {
        "class_id": row.class_id,
        "fund": row.fund or "",
        "year": row.year or "",
        "state": STATES[row.state],
        "lines": row.lines,
        "amount": _yuan(row.fen),
    }


def _figures(row: Any) -> dict[str, int]:
    return {"passed": row.passed, "failed": row.failed, "unknown": row.unknown}


def _draw(row: Any) -> dict[str, Any]:
    return {
        "at": _time(row.at),
        "per_hundred": row.per_hundred,
        "drawn": row.drawn,
        "in_order": row.in_order,
        "not_in_order": row.not_in_order,
        "seed": bytes(row.seed).hex(),
    }


def _decision(row: Any) -> dict[str, Any]:
    return {
        "decision": DECISIONS[row.decision],
        "lines": row.lines,
        "amount": _yuan(row.fen),
        "by": row.by_subject,
        "office": row.office or "",
        "at": _time(row.at),
    }


def _yuan(fen: int) -> str:
    return money.text(money.Fen(fen))


def _time(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
