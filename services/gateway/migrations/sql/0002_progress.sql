-- Progress: the registry's `progress.counted` events, summed. POLICY 8.3.
-- `started`, `completed` and `certified` stand in the quarter that the event names. `finished` are the
-- completions of those who started in this quarter, `running` its classes that are not closed: what is
-- missing between `started` and `finished` is what must never be seen as a small number (decision 0011).

create table progress_cells (
  target text not null check (length(target) <= 60),
  authority text not null check (length(authority) <= 12),
  quarter text not null check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  organisation_id uuid not null,
  started integer not null default 0,
  completed integer not null default 0,
  certified integer not null default 0,
  finished integer not null default 0,
  running integer not null default 0,
  primary key (target, authority, quarter, organisation_id)
);
create index progress_by_organisation on progress_cells (organisation_id);

-- The same over organisations, kept by trigger: the report of the plan reads this small table only.
create table progress_sums (
  target text not null,
  authority text not null,
  quarter text not null,
  started integer not null,
  completed integer not null,
  certified integer not null,
  finished integer not null,
  running integer not null,
  primary key (target, authority, quarter)
);
create function sum_progress() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into progress_sums as s (target, authority, quarter, started, completed, certified,
    finished, running)
  select f.target, f.authority, f.quarter, sum(f.started), sum(f.completed), sum(f.certified),
    sum(f.finished), sum(f.running)
  from fresh f group by f.target, f.authority, f.quarter order by 1, 2, 3
  on conflict (target, authority, quarter) do update set
    started = s.started + excluded.started, completed = s.completed + excluded.completed,
    certified = s.certified + excluded.certified, finished = s.finished + excluded.finished,
    running = s.running + excluded.running;
  return null;
end $$;
create function resum_progress() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  update progress_sums s set
    started = s.started + d.started, completed = s.completed + d.completed,
    certified = s.certified + d.certified, finished = s.finished + d.finished,
    running = s.running + d.running
  from (
    select f.target, f.authority, f.quarter, sum(f.started - o.started) as started,
      sum(f.completed - o.completed) as completed, sum(f.certified - o.certified) as certified,
      sum(f.finished - o.finished) as finished, sum(f.running - o.running) as running
    from fresh f join old_rows o using (target, authority, quarter, organisation_id)
    group by f.target, f.authority, f.quarter) d
  where (s.target, s.authority, s.quarter) = (d.target, d.authority, d.quarter);
  return null;
end $$;
create trigger summed after insert on progress_cells referencing new table as fresh
  for each statement execute function sum_progress();
create trigger resummed after update on progress_cells
  referencing new table as fresh old table as old_rows
  for each statement execute function resum_progress();

-- In which quarter and for which target a class started, and whether it is still running.
create table progress_classes (
  class_id uuid primary key,
  target text not null check (length(target) <= 60),
  authority text not null check (length(authority) <= 12),
  organisation_id uuid not null,
  quarter text not null check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  running boolean not null
);

-- Person-times paid, and those that a target counts by category (measure 16), as the claims service's
-- events add up: never by organisation or class. A category's cell may fall below zero, since what is
-- undone is dated when it is undone. docs/decisions/0014
create table progress_paid (
  target text not null check (length(target) <= 60),
  authority text not null check (length(authority) <= 12),
  quarter text not null check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  paid integer not null,
  primary key (target, authority, quarter)
);
create table progress_categories (
  target text not null check (length(target) <= 60),
  authority text not null check (length(authority) <= 12),
  quarter text not null check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  completed integer not null,
  certified integer not null,
  paid integer not null,
  primary key (target, authority, quarter)
);

-- Who may see exact numbers; everybody else sees what the gateway publishes in its own name.
create function zp_progress_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() in ('officer', 'finance', 'auditor', 'department') and authority = any (zp_reach());

-- Whom a category counts is known to the office that decides, and to who audits it. POLICY 9.3
create function zp_categories_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() in ('officer', 'auditor') and authority = any (zp_reach());

alter table progress_cells enable row level security;
create policy reach on progress_cells for select using (
  zp_progress_of(authority)
  or (zp_role() = 'service' and zp_purpose() in ('reader', 'progress', 'check')));
create policy counted on progress_cells for insert with check (
  zp_role() = 'service' and zp_purpose() = 'reader');
create policy added on progress_cells for update using (
  zp_role() = 'service' and zp_purpose() = 'reader');
grant select, insert, update on progress_cells to "$app";

alter table progress_sums enable row level security;
create policy reach on progress_sums for select using (
  zp_progress_of(authority)
  or (zp_role() = 'service' and zp_purpose() in ('progress', 'check')));
grant select on progress_sums to "$app";

alter table progress_classes enable row level security;
create policy kept on progress_classes using (zp_role() = 'service' and zp_purpose() = 'reader');
create policy checked on progress_classes for select using (
  zp_role() = 'service' and zp_purpose() = 'check');
grant select, insert, update on progress_classes to "$app";

alter table progress_paid enable row level security;
create policy reach on progress_paid for select using (
  zp_progress_of(authority)
  or (zp_role() = 'service' and zp_purpose() in ('reader', 'progress', 'check')));
create policy counted on progress_paid for insert with check (
  zp_role() = 'service' and zp_purpose() = 'reader');
create policy added on progress_paid for update using (
  zp_role() = 'service' and zp_purpose() = 'reader');
grant select, insert, update on progress_paid to "$app";

alter table progress_categories enable row level security;
create policy reach on progress_categories for select using (
  zp_categories_of(authority)
  or (zp_role() = 'service' and zp_purpose() in ('reader', 'progress', 'check')));
create policy counted on progress_categories for insert with check (
  zp_role() = 'service' and zp_purpose() = 'reader');
create policy added on progress_categories for update using (
  zp_role() = 'service' and zp_purpose() = 'reader');
grant select, insert, update on progress_categories to "$app";
