-- Complaints: only who wrote one and the officers of the authority that it was sent to. POLICY 9.6
-- No institution, county system, finance, department or auditor has a policy here.

create table complaints (
  id uuid primary key,
  trainee_id uuid not null,
  authority text not null check (length(authority) <= 12),
  about text not null check (about in ('forced', 'confirmed_for_me', 'kept_from_leaving', 'charged',
    'papers_kept', 'teaching', 'money', 'other')),
  text_sealed bytea not null,
  contact_sealed bytea,
  state text not null check (state in ('open', 'answered')),
  made_at timestamptz not null,
  answer_sealed bytea,
  answered_by text check (length(answered_by) <= 100),
  answered_at timestamptz,
  constraint complaint_answered check ((state = 'open') = (answered_by is null)
    and (state = 'open') = (answer_sealed is null) and (state = 'open') = (answered_at is null))
);
create index complaints_by_trainee on complaints (trainee_id, made_at, id);
create index complaints_by_authority on complaints (authority, made_at, id);

alter table complaints enable row level security;
create policy seen on complaints for select using (
  (zp_role() = 'trainee' and trainee_id = zp_trainee())
  or (zp_role() = 'officer' and authority = any (zp_reach())));
create policy made on complaints for insert with check (
  zp_role() = 'trainee' and trainee_id = zp_trainee() and state = 'open');
create policy answered on complaints for update using (
  zp_role() = 'officer' and authority = any (zp_reach()))
  with check (zp_role() = 'officer' and authority = any (zp_reach()) and answered_by = zp_subject());
grant select, insert on complaints to "$app";
grant update (state, answer_sealed, answered_by, answered_at) on complaints to "$app";
