-- What must be true of the mechanisms in every service's database: `python -m services check` runs
-- each as the owner. Every query gives one row: how many were examined, how many are wrong, one of those.

-- 事件：每一事件恰好编号一次，或恰好一次待编号
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select e.id::text, (select count(*) from event_sequence s where s.event_id = e.id)
    + (select count(*) from event_pending p where p.event_id = e.id) <> 1 as wrong
  from events e
  union all
  select 'seq ' || s.seq, not exists (select 1 from events e where e.id = s.event_id)
    or not exists (select 1 from event_batches b where b.batch = s.batch) from event_sequence s
  union all
  select 'position ' || p.position, not exists (select 1 from events e where e.id = p.event_id)
  from event_pending p) x;

-- 事件：编号连续无缺，每批首尾相接
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select 'seq ' || s.seq as id, s.seq <> row_number() over (order by s.seq) as wrong from event_sequence s
  union all
  select 'batch ' || b.batch, b.batch <> row_number() over (order by b.batch)
    or b.first_seq <> coalesce(lag(b.last_seq) over (order by b.batch), 0) + 1
    or b.last_seq - b.first_seq + 1 <> (select count(*) from event_sequence s where s.batch = b.batch)
  from event_batches b) x;

-- 请求：每个已受理的 Idempotency-Key 都存有答复
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select i.subject || ' ' || i.key as id, num_nulls(i.status, i.media_type, i.body, i.at) <> 0
    or i.status not between 200 and 499 as wrong
  from idempotency i) x;
