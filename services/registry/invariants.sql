-- What must be true of the registry's rows at any moment: `python -m services check` runs each as the
-- owner. Every query gives one row: how many were examined, how many are wrong, and one of those.

-- 班级占用名额 = 现有学员数，且不超过核定人数
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select c.id::text, c.taken > c.capacity or c.taken <> (
    select count(*) from enrolments e where e.class_id = c.id and e.left_at is null) as wrong
  from training_classes c) x;

-- 每名学员均有本人确认记录，且确认人是本人
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select e.id::text, not exists (
    select 1 from confirmations f where f.enrolment_id = e.id and f.trainee_id = e.trainee_id) as wrong
  from enrolments e) x;

-- 出席课时 = 已签到课次课时之和；有一次出席即为开班人次
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select e.id::text, e.hours_attended <> h.hours or e.started <> (h.hours > 0) as wrong
  from enrolments e, lateral (
    select coalesce(sum(s.hours) filter (where a.present), 0) as hours
    from attendance a join sessions s on s.id = a.session_id where a.enrolment_id = e.id) h) x;

-- 只有本人确认的学员才有考勤，且都在其确认之后
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select a.enrolment_id::text as id, a.class_id <> e.class_id or a.trainee_id <> e.trainee_id
    or lower(s.during) < e.confirmed_at as wrong
  from attendance a join enrolments e on e.id = a.enrolment_id join sessions s on s.id = a.session_id) x;

-- 开班后不再保存邀请、拒绝和花名册明细
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select c.id::text, c.started_at is not null and (
    exists (select 1 from invitations i where i.class_id = c.id)
    or exists (select 1 from declines d where d.class_id = c.id)
    or exists (select 1 from roster_results r where r.class_id = c.id)) as wrong
  from training_classes c) x;

-- 花名册暂存区为空
select count(*) as examined, count(*) as wrong, min(roster_id::text) as example from roster_staging;

-- 证书只发给已确认且考核合格者，作废须有理由
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select t.id::text, (t.state = 'valid' and not exists (
      select 1 from results r where r.enrolment_id = t.enrolment_id and r.outcome = 'passed'))
    or (t.state = 'voided' and (t.void_reason is null or t.voided_by is null)) as wrong
  from certificates t) x;

-- 结业只计入已结班且未退出的学员
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select e.id::text, e.completed and (e.left_at is not null or c.closed_at is null) as wrong
  from enrolments e join training_classes c on c.id = e.class_id) x;

-- 同一人同一时间只在一个课堂
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select o.session_id::text as id, exists (
    select 1 from occupied p where p.trainee_id = o.trainee_id and p.during && o.during
      and (p.session_id, p.enrolment_id) <> (o.session_id, o.enrolment_id)) as wrong
  from occupied o) x;

-- 考勤更正由第二人审定
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select id::text, state <> 'asked' and (decided_by is null or decided_by = asked_by) as wrong
  from attendance_corrections) x;

-- 书面确认由两个单位的两名工作人员办理
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select f.enrolment_id::text as id, p.second_by is null or p.second_office = p.first_office
    or p.second_by = p.first_by as wrong
  from confirmations f join paper_confirmations p on p.id = f.paper_id) x;

-- 拒绝、未答复、退出不产生指向本人的事件
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select v.id::text, v.type = 'hold.ended' and (v.data - 'hold' <> '{}' or v.authority is not null
    or v.organisation is not null or v.reason is not null) as wrong
  from events v) x;

-- 班级的每一步状态变化都合规，与现状一致，各时点不倒退
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select c.id::text, coalesce(p.words, '{}') <> all (array[
      '{filed}', '{filed,returned}', '{filed,withdrawn}', '{filed,accepted}', '{filed,accepted,withdrawn}',
      '{filed,accepted,voided}', '{filed,accepted,started}', '{filed,accepted,started,voided}',
      '{filed,accepted,started,closed}', '{filed,accepted,started,closed,voided}'])
    or ('filed' = p.last) <> (c.state = 'submitted')
    or (p.last in ('returned', 'withdrawn', 'voided')) <> (c.state <> 'submitted' and c.state <> 'accepted')
    or (p.last in ('returned', 'withdrawn', 'voided') and p.last <> c.state)
    or ('started' = any (p.words::text[])) <> (c.started_at is not null)
    or ('closed' = any (p.words::text[])) <> (c.closed_at is not null)
    or c.decided_at < c.filed_at or c.started_at < c.filed_at or c.closed_at < c.started_at as wrong
  from training_classes c left join (
    select e.subject, array_agg(split_part(e.type, '.', 2) order by e.position)::text as words,
      (array_agg(split_part(e.type, '.', 2) order by e.position desc))[1] as last
    from events e where e.type in ('class.filed', 'class.accepted', 'class.returned', 'class.withdrawn',
      'class.voided', 'class.started', 'class.closed')
    group by e.subject) p on p.subject = 'class:' || c.id) x;

-- 退出不早于确认，更正、申请、书面确认的办结不早于提出
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select id::text, left_at < confirmed_at as wrong from enrolments
  union all select id::text, decided_at < asked_at from attendance_corrections
  union all select id::text, decided_at < asked_at from correction_requests
  union all select id::text, second_at < first_at from paper_confirmations
  union all select id::text, redeemed_at < made_at from binding_codes
  union all select id::text, decided_at < at from name_conflicts) x;
