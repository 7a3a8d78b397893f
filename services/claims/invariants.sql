-- What must be true of the claims service's rows at any moment: `python -m services check` runs each
-- as the owner. Every query gives one row: how many were examined, how many are wrong, and one of those.

-- 资金：每一账户借贷相等，全部账户合计为零
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select s.account_id::text as id, sum(s.debits) <> sum(s.credits) or count(*) <> 3 as wrong
  from subaccounts s group by s.account_id) x;

-- 资金：任何子账户不为负，可用余额足以支付全部预留
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select s.account_id::text || '/' || s.name as id, least(s.debits, s.credits, s.held) < 0
    or case s.name when 'source' then s.debits - s.credits when 'available'
      then s.credits - s.debits - s.held else s.credits - s.debits end < 0
    or (s.name <> 'available' and s.held <> 0) as wrong
  from subaccounts s) x;

-- 资金：分账核算，每笔转账只在一个账户之内，用途为该资金所许可
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select t.id::text, a.id is null or t.debit = t.credit or t.fen <= 0
    or not exists (select 1 from subaccounts s where s.account_id = a.id and s.name = t.debit)
    or not exists (select 1 from subaccounts s where s.account_id = a.id and s.name = t.credit)
    or not exists (select 1 from fund_purposes p where p.fund = a.fund and p.purpose = a.purpose) as wrong
  from transfers t left join accounts a on a.id = t.account_id and a.authority = t.authority) x;

-- 资金：余额 = 逐笔转账重新计算之和
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select s.account_id::text || '/' || s.name as id, s.debits <> coalesce(e.debits, 0)
    or s.credits <> coalesce(e.credits, 0) or s.held <> coalesce(e.held, 0) as wrong
  from subaccounts s left join (
    select account_id, name, sum(debits) as debits, sum(credits) as credits, sum(held) as held
    from (
      select account_id, debit as name, fen as debits, 0 as credits, 0 as held
      from transfers where code not in ('reservation', 'release')
      union all
      select account_id, credit, 0, fen, 0
      from transfers where code not in ('reservation', 'release')
      union all
      select r.account_id, r.debit, 0, 0, r.fen from transfers r where r.code = 'reservation'
        and not exists (select 1 from transfers d where d.resolves = r.id)) moves
    group by 1, 2) e on e.account_id = s.account_id and e.name = s.name) x;

-- 资金：各季度发生额 = 逐笔转账重新计算之和
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select coalesce(q.account_id, e.account_id)::text || '/' || coalesce(q.quarter, e.quarter) as id,
    (q.received, q.held, q.paid) is distinct from (e.received, e.held, e.paid) as wrong
  from turnover q full join (
    select t.account_id, to_char(t.at at time zone 'Asia/Shanghai', 'YYYY"Q"Q') as quarter,
      sum(case when t.code in ('receipt', 'opening') then t.fen when t.credit = 'source' then -t.fen
        else 0 end)::bigint as received,
      sum(case when t.code = 'reservation' then t.fen when t.resolves is not null then -t.fen
        else 0 end)::bigint as held,
      sum(case when t.code = 'payment' then t.fen when t.debit = 'paid' then -t.fen
        else 0 end)::bigint as paid
    from transfers t group by 1, 2) e on e.account_id = q.account_id and e.quarter = q.quarter) x;

-- 资金：一笔预留至多支付或释放一次，且账户、明细、金额相同
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select t.id::text, t.code not in ('payment', 'release') or r.code is distinct from 'reservation'
    or (r.account_id, r.line_id, r.round, r.fen) is distinct from
      (t.account_id, t.line_id, t.round, t.fen)
    or exists (select 1 from transfers o where o.resolves = t.resolves and o.id <> t.id) as wrong
  from transfers t left join transfers r on r.id = t.resolves where t.resolves is not null) x;

-- 资金：冲正至多一次，与原转账方向相反、金额相同
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select t.id::text, (r.account_id, r.line_id, r.round, r.fen, r.debit, r.credit) is distinct from
      (t.account_id, t.line_id, t.round, t.fen, t.credit, t.debit)
    or r.code not in ('receipt', 'opening', 'payment')
    or exists (select 1 from transfers o where o.reverses = t.reverses and o.id <> t.id) as wrong
  from transfers t left join transfers r on r.id = t.reverses where t.reverses is not null) x;

-- 资金：一条明细至多有一笔有效的预留或支付
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select r.line_id::text as id, count(*) > 1 as wrong
  from transfers r left join transfers d on d.resolves = r.id
  where r.code = 'reservation' and d.code is distinct from 'release'
    and not exists (select 1 from transfers u where u.reverses = d.id)
  group by r.line_id) x;

-- 资金：每笔转账的内容与登记时的摘要一致
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select t.id::text, t.hash <> transfer_hash(batch_hash(t.batch, t.account_id, t.authority,
    t.debit, t.credit, t.code, t.document_number, t.by_subject, t.at), t.id, t.fen, t.line_id, t.round,
    coalesce(t.resolves, t.reverses)) as wrong
  from transfers t) x;

-- 资金：每批转账与其事件所载摘要一致，无增无减
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select coalesce(b.id, v.id) as id, b.hash is distinct from v.row_hash
    or b.count is distinct from v.count or b.fen is distinct from v.fen
    or b.subject is distinct from v.subject as wrong
  from (select t.batch::text as id, sha256(string_agg(t.hash, ''::bytea order by t.id)) as hash,
      count(*) as count, sum(t.fen) as fen, min('account:' || t.account_id) as subject
    from transfers t group by t.batch) b
  full join (select e.data->>'batch' as id, e.row_hash, (e.data->>'transfers')::bigint as count,
      (e.data->>'fen')::numeric as fen, e.subject
    from events e where e.type in ('funds.received', 'funds.reserved', 'funds.released', 'funds.paid',
      'funds.reversed')) v on v.id = b.id) x;

-- 拨付：每条已付明细恰有一笔成功的发放，金额相同，账上恰有一笔未冲正的支付；反之亦然
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select coalesce(l.id, p.line_id)::text as id, l.id is null or p.times is distinct from 1
    or p.fen <> l.amount_fen or l.state <> 'paid' or (
      select count(*) from transfers t where t.resolves = l.transfer_id and t.code = 'payment'
        and t.fen = l.amount_fen and t.line_id = l.id
        and not exists (select 1 from transfers u where u.reverses = t.id)) <> 1 as wrong
  from (select * from claim_lines where state = 'paid') l full join (
    select line_id, count(*) as times, sum(fen) as fen from payment_lines where outcome = 'paid'
    group by line_id) p on p.line_id = l.id) x;

-- 拨付：在途明细与未有结果的发放一一对应
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select coalesce(l.id, p.line_id)::text as id, l.id is null or p.line_id is null
    or p.fen <> l.amount_fen as wrong
  from (select * from claim_lines where state = 'batched') l full join (
    select * from payment_lines where outcome is null) p on p.line_id = l.id) x;

-- 拨付：批次合计 = 各笔之和；银行文件合计 = 实际列入各笔之和；摘要与各笔一致
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select b.id::text, b.lines <> s.lines or b.fen <> s.fen or b.digest <> s.digest
    or (b.issued_at is not null and (b.file_lines, b.file_fen) is distinct from (s.sent, s.sent_fen))
    or (b.state = 'settled') <> (b.issued_at is not null and s.open = 0) as wrong
  from payment_batches b, lateral (
    select count(*) as lines, sum(p.fen) as fen,
      count(*) filter (where p.outcome is distinct from 'dropped') as sent,
      coalesce(sum(p.fen) filter (where p.outcome is distinct from 'dropped'), 0) as sent_fen,
      count(*) filter (where p.outcome is null) as open,
      sha256(convert_to(string_agg(p.row_no || ' ' || p.line_id || ' ' || p.payee_id || ' ' || p.fen,
        E'\n' order by p.row_no), 'UTF8')) as digest
    from payment_lines p where p.batch_id = b.id) s) x;

-- 拨付：申报、审核、发放为三个不同的人
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select p.id::text, p.released_by = p.submitted_by or p.released_by = any (p.reviewed_by)
    or p.submitted_by = any (p.reviewed_by) or p.submitted_by <> l.submitted_by
    or p.released_by <> b.released_by as wrong
  from payment_lines p join claim_lines l on l.id = p.line_id
  join payment_batches b on b.id = p.batch_id) x;

-- 拨付：重发只针对退回的，每笔至多重发一次，收款人和金额不变
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select p.id::text, o.outcome not in ('rejected', 'dropped', 'bounced')
    or (o.line_id, o.payee_id, o.fen, o.batch_id) is distinct from
      (p.line_id, p.payee_id, p.fen, b.reissue_of) as wrong
  from payment_lines p join payment_batches b on b.id = p.batch_id
  join payment_lines o on o.id = p.previous) x;

-- 回盘：每行恰有一个结论，入账、退回的笔数和金额与明细一致
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select r.id::text, r.rows <> r.paid + r.rejected + r.duplicates + r.unknown
    or (r.paid, r.rejected, r.paid_fen, r.rejected_fen) is distinct from
      (s.paid, s.rejected, s.paid_fen, s.rejected_fen)
    or r.unknown <> (select count(*) from bank_return_unknowns u where u.return_id = r.id) as wrong
  from bank_returns r, lateral (
    select count(*) filter (where p.outcome in ('paid', 'bounced'))::integer as paid,
      count(*) filter (where p.outcome = 'rejected')::integer as rejected,
      coalesce(sum(p.fen) filter (where p.outcome in ('paid', 'bounced')), 0)::bigint as paid_fen,
      coalesce(sum(p.fen) filter (where p.outcome = 'rejected'), 0)::bigint as rejected_fen
    from payment_lines p where p.return_id = r.id) s) x;

-- 审核：申报、审核、拨付是三个不同的人
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select r.line_id::text as id, coalesce(r.reviewed_by = r.submitted_by, false)
    or coalesce(r.released_by in (r.submitted_by, r.reviewed_by), false)
    or r.submitted_by <> l.submitted_by as wrong
  from line_reviews r join claim_lines l on l.id = r.line_id) x;

-- 审核：审核通过的明细都有审核人，被抽中的都已抽查并符合
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id::text, r.reviewed_by is null or (r.sampled and r.finding is distinct from 'in_order') as wrong
  from claim_lines l left join line_reviews r on r.line_id = l.id
  where l.state in ('reviewed', 'noticed', 'held', 'payable', 'batched', 'paid')) x;

-- 公示：待拨付、已拨付的明细都经公示期满，且无未处理的异议
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id::text, not exists (select 1 from notice_lines n join notices p on p.id = n.notice_id
      where n.line_id = l.id and p.ends_on < (l.path_at[array_position(l.path, 'payable')]
        at time zone 'Asia/Shanghai')::date)
    or exists (select 1 from objections o where o.line_id = l.id and o.state in ('open', 'found')) as wrong
  from claim_lines l where l.state in ('payable', 'batched', 'paid')) x;

-- 公示：内容与发布时的摘要一致，期满撤下的不再保存内容
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select n.id::text, (n.body is not null and sha256(n.body) <> n.sha256)
    or (n.body is null) <> (n.taken_down_at is not null)
    or (select count(*) from notice_lines l where l.notice_id = n.id) <> n.lines as wrong
  from notices n) x;

-- 公示：异议成立的明细都曾作废（申诉成立的可以重新核定），处理异议的是两个不同的人
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select o.id::text, coalesce(o.found_by = o.decided_by, false) or (o.state = 'upheld' and exists (
      select 1 from claim_lines l where l.id = any (o.voids) and 'voided' <> all (l.path))) as wrong
  from objections o) x;

-- 名额：已占用的都属于在办或已付明细，在办明细占满其全部名额
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select t.slot_key || ' ' || t.enrolment_id as id, t.state = 'taken' and not exists (
    select 1 from claim_lines l where l.id = t.line_id and l.trainee_id = t.trainee_id
      and l.enrolment_id = t.enrolment_id and t.slot_key = any (l.slot_keys)
      and l.state not in ('undecided', 'refused', 'voided', 'returned', 'withdrawn')) as wrong
  from slots t
  union all
  select l.id::text, exists (select 1 from unnest(l.slot_keys) k where not exists (
    select 1 from slots t where t.trainee_id = l.trainee_id and t.slot_key = k and t.line_id = l.id))
  from claim_lines l
  where l.state not in ('undecided', 'refused', 'voided', 'returned', 'withdrawn')) x;

-- 次数上限独立复算：同一人同一年度同一类别的在办和已付明细，不多于其占用的名额（含例外）
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.trainee_id || ' ' || to_char(d.on_day, 'YYYY') || ':' || l.kind as id,
    count(*) > count(distinct k.slot_key) as wrong
  from claim_lines l join claim_decisions d on d.id = l.decision_id
  cross join lateral unnest(l.slot_keys) k(slot_key)
  where l.state not in ('undecided', 'refused', 'voided', 'returned', 'withdrawn')
    and regexp_replace(k.slot_key, '([+][0-9a-f-]{36}|#[0-9]+)$', '')
      = to_char(d.on_day, 'YYYY') || ':' || l.kind
  group by l.trainee_id, to_char(d.on_day, 'YYYY'), l.kind) x;

-- 名额例外：超出次数的每个名额都有两名工作人员的书面决定，人、班、名额相符
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id || ' ' || k.slot_key as id, e.id is null or e.state <> 'confirmed'
    or e.proposed_by = e.decided_by or e.slot_key || '+' || e.id <> k.slot_key
    or (e.trainee_id, e.enrolment_id) <> (l.trainee_id, l.enrolment_id) as wrong
  from claim_lines l cross join lateral unnest(l.slot_keys) k(slot_key)
  left join cap_exceptions e on e.id::text = substring(k.slot_key from '[+]([0-9a-f-]{36})$')
  where l.state not in ('undecided', 'refused', 'voided', 'returned', 'withdrawn')
    and k.slot_key ~ '[+][0-9a-f-]{36}$') x;

-- 同一人同一天的生活费补贴只发一次，且只属于在办或已付明细
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select d.line_id || ' ' || d.day as id, not exists (
    select 1 from claim_lines l where l.id = d.line_id and l.trainee_id = d.trainee_id
      and l.provision = 'living_allowance'
      and l.state not in ('undecided', 'refused', 'voided', 'returned', 'withdrawn')) as wrong
  from allowance_days d) x;

-- 每笔明细都有决定，金额、摘要与决定一致
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id::text, (l.digest, l.amount_fen, l.purpose, l.authority) is distinct from
      (d.digest, d.amount_fen, d.purpose, d.authority)
    or d.id is null or d.digest <> sha256(convert_to(d.canonical, 'UTF8'))
    or (d.outcome = 'approvable' and l.state in ('undecided'))
    or (d.outcome <> 'approvable' and l.state not in ('undecided', 'refused', 'withdrawn', 'returned', 'voided'))
    as wrong
  from claim_lines l left join claim_decisions d on d.id = l.decision_id) x;

-- 决定：属同一申领，且其申领当时有核定的事件
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select d.id::text, not exists (select 1 from claims c where c.id = d.claim_id
      and c.authority = d.authority)
    or not exists (select 1 from events e where e.subject = 'claim:' || d.claim_id and e.at = d.at)
    or exists (select 1 from claim_lines l where l.decision_id = d.id and l.claim_id <> d.claim_id)
    as wrong
  from claim_decisions d) x;

-- 决定：理由和申诉所指的决定都在
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select n.decision_id::text as id, d.id is null as wrong
  from (select decision_id from decision_reasons_teaching
    union select decision_id from decision_reasons_person
    union select decision_before from appeals
    union select decision_after from appeals where decision_after is not null) n
  left join claim_decisions d on d.id = n.decision_id) x;

-- 明细的每一步状态变化都合规，时间不倒退
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id::text, l.path[1] not in ('undecided', 'refused', 'waiting', 'approvable')
    or exists (select 1 from generate_series(2, cardinality(l.path)) n
      where not line_may(l.path[n - 1], l.path[n]) or l.path_at[n] < l.path_at[n - 1]) as wrong
  from claim_lines l) x;

-- 可批准以后的明细都有等额的预留
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id::text, not exists (select 1 from transfers t where t.id = l.transfer_id
    and t.line_id = l.id and t.fen = l.amount_fen and t.code = 'reservation') as wrong
  from claim_lines l where l.state in
    ('approvable', 'reviewed', 'noticed', 'held', 'payable', 'batched', 'paid')) x;

-- 申领暂存区为空
select count(*) as examined, count(*) as wrong, min(line_id::text) as example from claim_staging;

-- 名额：占住的都有尚未结束的占位，每人每个名额至多一个
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select s.slot_key || ' ' || s.enrolment_id as id, (s.state = 'held' and not exists (
      select 1 from holds h where h.hold = s.hold and h.trainee_id = s.trainee_id
        and h.enrolment_id = s.enrolment_id))
    or count(*) over (partition by s.trainee_id, s.slot_key) > 1 as wrong
  from slots s) x;

-- 明细：同一学员同一条款至多一条在办或已付
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.enrolment_id || ' ' || l.provision as id, count(*) > 1 as wrong
  from claim_lines l where l.state not in ('refused', 'voided', 'returned', 'withdrawn')
  group by l.enrolment_id, l.provision) x;

-- 拨付：每笔发放与其明细的收款人、金额、班级一致，所在批次已制盘，回盘属同一批次
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select p.id::text, (p.payee_kind, p.payee_id, p.fen, p.class_id, p.authority) is distinct from
      (l.payee_kind, l.payee_id, l.amount_fen, l.class_id, l.authority)
    or (p.outcome in ('paid', 'rejected', 'bounced') and (b.state not in ('issued', 'settled')
      or r.batch_id is distinct from p.batch_id)) as wrong
  from payment_lines p join claim_lines l on l.id = p.line_id join payment_batches b on b.id = p.batch_id
  left join bank_returns r on r.id = p.return_id
  where p.outcome is null or p.outcome in ('paid', 'rejected', 'bounced')) x;

-- 预拨：尚无预拨业务，账上没有预拨转账
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select t.id::text, t.code not in ('receipt', 'opening', 'reservation', 'release', 'payment',
    'correction', 'bank_return', 'recovery') as wrong
  from transfers t) x;

-- 批次、申诉的各时点不倒退
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select id::text, coalesce(issued_at < created_at or settled_at < coalesce(issued_at, created_at), false)
    as wrong from payment_batches
  union all
  select p.id::text, coalesce(p.outcome_at < b.created_at, false)
  from payment_lines p join payment_batches b on b.id = p.batch_id
  union all
  select id::text, coalesce(answered_at < asked_at, false) from appeals) x;
