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

-- In which quarter and for which target a class started, and whether it is still running.
create table progress_classes (
  class_id uuid primary key,
  target text not null check (length(target) <= 60),
  authority text not null check (length(authority) <= 12),
  organisation_id uuid not null,
  quarter text not null check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  running boolean not null
);

-- Who may see exact numbers; everybody else sees what the gateway publishes in its own name.
create function zp_progress_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() in ('officer', 'finance', 'auditor', 'department') and authority = any (zp_reach());

alter table progress_cells enable row level security;
create policy reach on progress_cells for select using (
  zp_progress_of(authority)
  or (zp_role() = 'service' and zp_purpose() in ('reader', 'progress', 'check')));
create policy counted on progress_cells for insert with check (
  zp_role() = 'service' and zp_purpose() = 'reader');
create policy added on progress_cells for update using (
  zp_role() = 'service' and zp_purpose() = 'reader');
grant select, insert, update on progress_cells to "$app";

alter table progress_classes enable row level security;
create policy kept on progress_classes using (zp_role() = 'service' and zp_purpose() = 'reader');
create policy checked on progress_classes for select using (
  zp_role() = 'service' and zp_purpose() = 'check');
grant select, insert, update on progress_classes to "$app";
