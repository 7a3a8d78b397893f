-- Person-times paid, and those that count a category only: told by trigger in the transaction of whatever
-- moved a line, so that nothing that moves lines can forget it. POLICY 8.3, docs/decisions/0014
-- `progress.paid`      a training subsidy is paid: in the quarter of the payment, and out of the same one
--                      when the bank gives it back, as the registry counts in the quarter of the fact.
-- `progress.category`  a granted decision says that the person is of the category that the target counts:
--                      in the quarter in which that was decided or undone, so that a number once
--                      published is never edited (its change would point at the person).
-- Living allowance is neither: the same person in the same class would count twice.

create function quarter_of(at timestamptz) returns text language sql immutable parallel safe
  return to_char(at at time zone 'Asia/Shanghai', 'YYYY"Q"Q');

-- What one line counts for; none, one or two rows.
create function line_counts(provision text, state text, target text, decision uuid, since timestamptz,
  today timestamptz)
returns table (type text, quarter text, completed integer, certified integer, paid integer)
language sql stable as $$
  select 'progress.paid', quarter_of(since), 0, 0, 1
  where provision = 'training_subsidy' and state = 'paid'
  union all
  select 'progress.category', quarter_of(today), 1, 1, (state = 'paid')::integer
  from claim_decisions d
  where provision = 'training_subsidy' and d.id = decision and d.counts_for = line_counts.target
    and state not in ('undecided', 'refused', 'voided', 'returned', 'withdrawn')
$$;

-- The day of a move: the mover's where it says one, else that of the lines.
create function counting_day(changed timestamptz) returns timestamptz language sql stable
  return coalesce(nullif(current_setting('zp.counted_at', true), '')::timestamptz, changed);

create function tell_counts(found jsonb, at_ timestamptz) returns void language sql volatile
security definer set search_path = public, pg_temp as $$
  insert into events (id, type, subject, authority, data, by_subject, rule, at)
  select gen_random_uuid(), f->>'type', 'authority:' || (f->>'authority'), f->>'authority',
    case f->>'type' when 'progress.paid' then f - 'type' - 'completed' - 'certified' else f - 'type' end,
    coalesce(zp_subject(), 'service:claims'), 'progress', at_
  from jsonb_array_elements(found) f
$$;

create function count_new_lines() returns trigger language plpgsql security definer
set search_path = public, pg_temp set enable_nestloop = off as $$
declare
  told jsonb;
  at_ timestamptz;
begin
  select jsonb_agg(to_jsonb(g) - 'at' order by g.type, g.target, g.authority, g.quarter), max(g.at)
  into told, at_
  from (
    select c.type, n.target, n.authority, c.quarter, sum(c.completed) as completed,
      sum(c.certified) as certified, sum(c.paid) as paid, max(n.changed_at) as at
    from fresh n
    cross join lateral line_counts(n.provision, n.state, n.target, n.decision_id, n.changed_at,
      n.changed_at) c
    group by 1, 2, 3, 4) g;
  if told is not null then
    perform tell_counts(told, at_);
  end if;
  return null;
end $$;

create function count_moved_lines() returns trigger language plpgsql security definer
set search_path = public, pg_temp set enable_nestloop = off as $$
declare
  told jsonb;
  at_ timestamptz;
begin
  select jsonb_agg(to_jsonb(g) - 'at' order by g.type, g.target, g.authority, g.quarter), max(g.at)
  into told, at_
  from (
    select m.type, m.target, m.authority, m.quarter, sum(m.completed) as completed,
      sum(m.certified) as certified, sum(m.paid) as paid, max(m.at) as at
    from (
      select c.type, v.target, v.authority, c.quarter, v.sign * c.completed as completed,
        v.sign * c.certified as certified, v.sign * c.paid as paid, counting_day(n.changed_at) as at
      from fresh n join old_rows o on o.id = n.id
        and (o.state, o.target, o.decision_id) is distinct from (n.state, n.target, n.decision_id)
      cross join lateral (values
        (-1, o.state, o.target, o.authority, o.decision_id, o.path_at),
        (1, n.state, n.target, n.authority, n.decision_id, n.path_at)
      ) v(sign, state, target, authority, decision_id, path_at)
      cross join lateral line_counts(n.provision, v.state, v.target, v.decision_id,
        v.path_at[cardinality(v.path_at)], counting_day(n.changed_at)) c) m
    group by 1, 2, 3, 4
    having sum(m.completed) <> 0 or sum(m.certified) <> 0 or sum(m.paid) <> 0) g;
  if told is not null then
    perform tell_counts(told, at_);
  end if;
  return null;
end $$;

create trigger counted after insert on claim_lines referencing new table as fresh
  for each statement execute function count_new_lines();
create trigger recounted after update on claim_lines
  referencing new table as fresh old table as old_rows
  for each statement execute function count_moved_lines();

-- Classes that an authority lets count for another target take what was counted with them. POLICY 8.2
create function retarget_lines(classes uuid[], targets text[], at_ timestamptz) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  if not coalesce(zp_works_for('reader'), false) then
    raise exception 'for the reader of the feed only' using errcode = '42501';
  end if;
  update classes_seen k set target = w.target
  from (select * from unnest(classes, targets) as t(id, target) order by t.id) w
  where k.id = w.id and k.target <> w.target;
  perform set_config('zp.counted_at', at_::text, true);
  update claim_lines l set target = w.target
  from unnest(classes, targets) as w(id, target)
  where l.class_id = w.id and l.target <> w.target;
  perform set_config('zp.counted_at', '', true);
end $$;
