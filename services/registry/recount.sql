-- Person-times recounted from rows: what every sum of progress.counted events must equal.
select target, authority, quarter, whose,
  sum(started)::bigint as started, sum(completed)::bigint as completed,
  sum(certified)::bigint as certified
from (
  select c.target, c.authority, to_char(c.starts_on, 'YYYY"Q"Q') as quarter,
    c.organisation_id::text as whose, 1 as started, 0 as completed, 0 as certified
  from enrolments e join training_classes c on c.id = e.class_id
  where e.started and c.state = 'accepted'
  union all
  select c.target, c.authority, to_char(c.ends_on, 'YYYY"Q"Q'), c.organisation_id::text, 0, 1, 0
  from enrolments e join training_classes c on c.id = e.class_id
  where e.completed and c.state = 'accepted'
  union all
  select c.target, c.authority, to_char(t.issued_on, 'YYYY"Q"Q'), c.organisation_id::text, 0, 0, 1
  from certificates t join training_classes c on c.id = t.class_id
  where t.state = 'valid' and c.state = 'accepted') x
group by 1, 2, 3, 4
