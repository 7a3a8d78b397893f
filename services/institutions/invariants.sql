-- What must be true of the institutions service's rows at any moment: `python -m services check` runs
-- each as the owner. Every query gives one row: how many were examined, how many are wrong, one of those.

-- 名录资格的每一步状态变化都合规，编号连续，时间不倒退
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select s.id::text, s.number <> row_number() over steps
    or (coalesce(lag(s.state) over steps, ''), s.state) not in (
      ('', 'applied'), ('applied', 'listed'), ('applied', 'refused'), ('listed', 'suspended'),
      ('listed', 'removed'), ('suspended', 'listed'), ('suspended', 'removed'), ('removed', 'applied'),
      ('refused', 'applied'))
    or s.at < lag(s.at) over steps as wrong
  from standings s window steps as (partition by s.organisation_id, s.role order by s.number)) x;

-- 补贴标准和单位账户由第二人确认，确认不早于录入
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (
  select id::text, coalesce(confirmed_by = entered_by or confirmed_at < entered_at, false) as wrong from rates
  union all
  select id::text, coalesce(confirmed_by = entered_by or confirmed_at < entered_at, false)
  from organisation_accounts) x;

-- 目录各版本编号连续，条目数与内容摘要一致，发布后不变
select count(*) as examined, count(*) filter (where wrong) as wrong, min(id) filter (where wrong) as example
from (select e.directory || ' ' || e.number as id, e.number <> row_number() over numbers
    or e.published_at < lag(e.published_at) over numbers or e.sha256 <> sha256(e.body)
    or e.entries <> (select count(*) from edition_entries n
      where n.directory = e.directory and n.number = e.number) as wrong
  from editions e window numbers as (partition by e.directory order by e.number)) x;
