-- Person-times paid and person-times of a category, recounted from rows: what every sum of
-- progress.paid and progress.category events must equal. A category's count is dated by its changes,
-- which rows do not keep: it is compared over all quarters (*).
select 'progress.paid' as whose, l.target, l.authority,
  to_char(l.path_at[cardinality(l.path_at)] at time zone 'Asia/Shanghai', 'YYYY"Q"Q') as quarter,
  0::bigint as completed, 0::bigint as certified, count(*) as paid
from claim_lines l
where l.provision = 'training_subsidy' and l.state = 'paid'
group by 1, 2, 3, 4
union all
select 'progress.category', l.target, l.authority, '*', count(*), count(*),
  count(*) filter (where l.state = 'paid')
from claim_lines l join claim_decisions d on d.id = l.decision_id
where l.provision = 'training_subsidy' and d.counts_for = l.target and l.state in (
  'waiting', 'approvable', 'reviewed', 'noticed', 'held', 'payable', 'batched', 'paid')
group by 1, 2, 3
