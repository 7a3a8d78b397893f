-- What must be true of the gateway's rows at any moment: `python -m services check` runs each as the
-- owner. Every query gives one row: how many were examined, how many are wrong, and one of those.

-- 进度：计划合计 = 各机构之和
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select coalesce(s.target, c.target) || ' ' || coalesce(s.authority, c.authority) || ' '
    || coalesce(s.quarter, c.quarter) as id,
    coalesce((s.started, s.completed, s.certified, s.finished, s.running), (0, 0, 0, 0, 0)) is distinct from
    coalesce((c.started, c.completed, c.certified, c.finished, c.running), (0, 0, 0, 0, 0)) as wrong
  from progress_sums s full join (
    select target, authority, quarter, sum(started)::integer as started, sum(completed)::integer as completed,
      sum(certified)::integer as certified, sum(finished)::integer as finished,
      sum(running)::integer as running
    from progress_cells group by 1, 2, 3) c using (target, authority, quarter)) x;

-- 微信登录与人员一一对应
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select l.id::text, (l.trainee_id is null) <> (l.bound_at is null) or l.bound_at < l.created_at
    or exists (select 1 from wechat_logins o where o.trainee_id = l.trainee_id and o.id <> l.id) as wrong
  from wechat_logins l) x;
