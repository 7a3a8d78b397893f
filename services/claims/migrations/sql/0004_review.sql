-- Review -------------------------------------------------------------------------------------------
-- Who stands in where an office has too few people: dated, by document, for everyone to read. POLICY 8.27
create table delegations (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  stand_in text not null check (length(stand_in) <= 12),
  step text not null check (step in ('review', 'release')),
  from_date date not null,
  to_date date not null,
  document_number text not null check (length(document_number) between 2 and 100),
  published_by text not null check (length(published_by) <= 100),
  published_at timestamptz not null,
  -- Ended early: from this day on it does not hold any more.
  ended_from date,
  ending_document text check (length(ending_document) between 2 and 100),
  ended_by text check (length(ended_by) <= 100),
  ended_at timestamptz,
  constraint delegation_ended_whole check (num_nonnulls(ended_from, ending_document, ended_by, ended_at)
    in (0, 4)),
  constraint delegation_ended_early check (ended_from <= to_date),
  constraint delegation_to_another check (authority <> stand_in),
  constraint delegation_dated check (to_date between from_date and from_date + 366),
  constraint delegation_once unique (authority, stand_in, step, from_date)
);
create index delegations_by_stand_in on delegations (stand_in, step, to_date);

-- A draw takes some lines of a claim for a look. Its seed makes it repeatable by anybody; what raised
-- its share speaks of the claim, its class or its organisation, never of a person. POLICY 9.5
create table sample_draws (
  id uuid primary key,
  claim_id uuid not null,
  authority text not null,
  seed bytea not null check (length(seed) = 32),
  signals text[] not null check (signals <@ array['organisation_new', 'organisation_findings',
    'commitment_route', 'large_claim']),
  per_hundred integer not null check (per_hundred between 0 and 100),
  members uuid[] not null check (cardinality(members) > 0),
  drawn uuid[] not null,
  at timestamptz not null,
  foreign key (claim_id, authority) references claims (id, authority),
  constraint drawn_of_members check (drawn <@ members)
);
create index draws_by_claim on sample_draws (claim_id, at);

-- A review's outcome for some lines of a claim, with its reason in words, sealed.
create table review_decisions (
  id uuid primary key,
  claim_id uuid not null,
  authority text not null,
  organisation_id uuid,
  decision text not null check (decision in ('reviewed', 'refused', 'returned')),
  about text not null check (about in ('teaching', 'person')),
  reason_sealed bytea,
  despite_checks boolean not null,
  lines integer not null check (lines > 0),
  fen bigint not null check (fen > 0),
  by_subject text not null check (length(by_subject) <= 100),
  office text check (length(office) <= 40),
  at timestamptz not null,
  foreign key (claim_id, authority) references claims (id, authority),
  constraint review_has_a_reason check (reason_sealed is not null
    or (decision = 'reviewed' and not despite_checks))
);
create index review_decisions_by_claim on review_decisions (claim_id, at, id);

-- A line on the reviewer's desk: automatic checks with their times, the look of a sampled line, and the
-- people. Submitter, reviewer and releaser are three; whoever moves a line is written by the trigger below.
create table line_reviews (
  line_id uuid primary key references claim_lines (id),
  claim_id uuid not null,
  authority text not null,
  organisation_id uuid,
  class_id uuid not null,
  submitted_by text not null,
  entered_at timestamptz not null,
  checks jsonb not null default '[]',
  checks_open text[] not null default '{}',
  draw_id uuid references sample_draws (id),
  sampled boolean not null default false,
  looked_by text,
  looked_at timestamptz,
  finding text check (finding in ('in_order', 'shortcoming', 'not_provable')),
  note_sealed bytea,
  decision_id uuid references review_decisions (id),
  reviewed_by text,
  reviewed_at timestamptz,
  released_by text,
  released_at timestamptz,
  foreign key (claim_id, authority) references claims (id, authority),
  constraint look_whole check (num_nonnulls(looked_by, looked_at, finding) in (0, 3)),
  constraint looker_is_not_submitter check (looked_by <> submitted_by),
  constraint reviewer_is_not_submitter check (reviewed_by <> submitted_by),
  constraint releaser_is_a_third check (released_by not in (submitted_by, coalesce(reviewed_by, ''))),
  constraint sampled_was_looked_at check (reviewed_by is null or not sampled
    or coalesce(finding, '') = 'in_order')
) with (fillfactor = 80);
create index line_reviews_by_claim on line_reviews (claim_id, line_id);
create index line_reviews_by_draw on line_reviews (draw_id);

-- The submitter is who filed the line, whatever a writer says.
create function keep_submitter() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  select l.submitted_by into strict new.submitted_by from claim_lines l where l.id = new.line_id;
  return new;
end $$;
create trigger submitter_kept before insert or update of submitted_by on line_reviews
  for each row execute function keep_submitter();

-- A notice moves ten thousand lines at once: the rows before and after are hashed, never nested.
create function note_people() returns trigger language plpgsql security definer
set search_path = public, pg_temp set enable_nestloop = off as $$
begin
  insert into line_reviews as r (line_id, claim_id, authority, organisation_id, class_id, submitted_by,
    entered_at, reviewed_by, reviewed_at)
  select n.id, n.claim_id, n.authority, n.organisation_id, n.class_id, n.submitted_by, n.changed_at,
    zp_subject(), n.changed_at
  from became n join was o on o.id = n.id
  where n.state = 'reviewed' and o.state <> 'reviewed'
  on conflict (line_id) do update set reviewed_by = excluded.reviewed_by,
    reviewed_at = excluded.reviewed_at, released_by = null, released_at = null;
  update line_reviews r set released_by = zp_subject(), released_at = n.changed_at
  from became n join was o on o.id = n.id
  where r.line_id = n.id and n.state = 'batched' and o.state <> 'batched' and zp_role() = 'finance';
  return null;
end $$;
create trigger people_noted after update on claim_lines
  referencing old table as was new table as became
  for each statement execute function note_people();

-- Automatic checks inside this database: the decision as written, its money, its slots, paid once.
create function check_lines(lines uuid[])
returns table (line_id uuid, code text, passed boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select l.id, k.code, k.passed
  from claim_lines l
  join claim_decisions d on d.id = l.decision_id
  cross join lateral (values
    ('decision_whole', l.digest = sha256(convert_to(d.canonical, 'UTF8'))
      and d.outcome = 'approvable' and d.amount_fen = l.amount_fen),
    ('money_reserved', exists (
      select 1 from transfers t join accounts a on a.id = t.account_id
      where t.id = l.transfer_id and t.line_id = l.id and t.code = 'reservation'
        and t.fen = l.amount_fen and (a.fund, a.authority) = (l.fund, l.authority)
        and not exists (select 1 from transfers u where u.resolves = t.id))),
    ('slots_taken', not exists (
      select 1 from unnest(l.slot_keys) k(key) where not exists (
        select 1 from slots s where s.trainee_id = l.trainee_id and s.slot_key = k.key
          and s.state = 'taken' and s.line_id = l.id))),
    ('paid_once', not exists (
      select 1 from claim_lines o where o.enrolment_id = l.enrolment_id
        and o.provision = l.provision and o.id <> l.id and 'paid' = any (o.path)))
  ) k(code, passed)
  where l.id = any (lines) and zp_works_for('jobs')
$$;

-- Notices ------------------------------------------------------------------------------------------
-- Holidays of a region as announced, by notice number; 650400's are the whole prefecture's.
create table holiday_notices (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  scope text not null check (scope in ('regional', 'national')),
  year integer not null check (year between 2000 and 2099),
  number text not null check (length(number) between 2 and 100),
  rests date[] not null,
  works date[] not null,
  entered_by text not null check (length(entered_by) <= 100),
  entered_at timestamptz not null,
  constraint holidays_once unique (authority, scope, year, number),
  constraint holidays_apart check (not rests && works)
);

-- A notice's body is fixed when it is published, and gone when it is taken down; its hash stays.
create table notices (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  year integer not null,
  number integer not null check (number > 0),
  starts_on date not null,
  ends_on date not null,
  down_on date not null,
  holiday_numbers text[] not null,
  lines integer not null check (lines > 0),
  fen bigint not null check (fen > 0),
  body bytea,
  sha256 bytea not null check (length(sha256) = 32),
  published_by text not null check (length(published_by) <= 100),
  published_at timestamptz not null,
  ended_at timestamptz,
  taken_down_at timestamptz,
  constraint notice_numbered unique (authority, year, number),
  constraint notice_owned unique (id, authority),
  constraint notice_days check (starts_on < ends_on and ends_on < down_on),
  constraint notice_body_gone check ((body is null) = (taken_down_at is not null)),
  constraint notice_body_true check (body is null or sha256(body) = sha256)
);
create index notices_by_day on notices (published_at, id);
create function keep_notice() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if new.body is distinct from old.body and new.body is not null then
    raise exception 'a published notice is not rewritten' using errcode = '23514',
      constraint = 'notice_fixed';
  end if;
  return new;
end $$;
create trigger notice_kept before update on notices for each row execute function keep_notice();

-- Which lines stand behind which number of a notice; a number of counts stands for many.
create table notice_lines (
  notice_id uuid not null,
  line_id uuid not null references claim_lines (id),
  authority text not null,
  number integer not null check (number > 0),
  counted boolean not null,
  primary key (notice_id, line_id),
  foreign key (notice_id, authority) references notices (id, authority)
);
create unique index notice_number_once on notice_lines (notice_id, number) where not counted;
create index notice_lines_by_line on notice_lines (line_id);

create table objections (
  id uuid primary key,
  notice_id uuid not null,
  authority text not null,
  number integer not null,
  line_id uuid references claim_lines (id),
  text_sealed bytea not null,
  contact_sealed bytea,
  state text not null check (state in ('open', 'found', 'upheld', 'dismissed')),
  made_at timestamptz not null,
  finding text check (finding in ('upheld', 'dismissed')),
  reason_sealed bytea,
  voids uuid[] not null default '{}',
  found_by text,
  found_at timestamptz,
  decided_by text,
  decided_at timestamptz,
  foreign key (notice_id, authority) references notices (id, authority),
  constraint objection_found_whole check (case state when 'open' then
    num_nonnulls(finding, reason_sealed, found_by, found_at) = 0
    else num_nonnulls(finding, reason_sealed, found_by, found_at) = 4 end),
  constraint objection_decided check ((state in ('upheld', 'dismissed')) = (decided_by is not null)
    and (decided_by is null) = (decided_at is null)
    and (state not in ('upheld', 'dismissed') or state = finding)),
  constraint objection_two_people check (found_by <> decided_by)
);
create index objections_by_time on objections (made_at, id);
create index objections_open on objections (line_id) where state in ('open', 'found');
create index objections_by_notice on objections (notice_id, number);

-- Anybody may object to a number while the notice stands; nothing of the line behind it is told.
create function object_to(id_ uuid, notice uuid, number_ integer, text_ bytea, contact bytea, today date,
  at_ timestamptz) returns text language plpgsql volatile security definer
set search_path = public, pg_temp as $$
declare
  stands notices;
  line uuid;
begin
  if zp_role() is null then
    raise exception 'nobody objects' using errcode = '42501';
  end if;
  select * into stands from notices n where n.id = notice for share;
  if stands.id is null then
    return 'unknown';
  end if;
  if today > stands.ends_on or stands.ended_at is not null then
    return 'over';
  end if;
  if not exists (select 1 from notice_lines n where n.notice_id = notice and n.number = number_) then
    return 'unknown';
  end if;
  if (select count(*) from objections o where o.notice_id = notice and o.number = number_) >= 20 then
    return 'full';
  end if;
  select n.line_id into line from notice_lines n
  where n.notice_id = notice and n.number = number_ and not n.counted;
  insert into objections (id, notice_id, authority, number, line_id, text_sealed, contact_sealed,
    state, made_at)
  values (id_, notice, stands.authority, number_, line, text_, contact, 'open', at_);
  return stands.authority;
end $$;

-- What became of an objection, for whoever holds its reference.
create function objection_outcome(notice uuid, reference uuid)
returns table (number integer, state text, made_at timestamptz, decided_at timestamptz,
  reason_sealed bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.number, case when o.state = 'found' then 'open' else o.state end, o.made_at, o.decided_at,
    case when o.decided_at is not null then o.reason_sealed end
  from objections o where o.id = reference and o.notice_id = notice and zp_role() is not null
$$;

-- Why lines that were approvable came to an end: a review's words, or an upheld objection. Words go to
-- whoever may read them: an institution gets those of a review that is about teaching.
create function later_reasons(lines uuid[])
returns table (line_id uuid, what text, id uuid, about text, at timestamptz, reason_sealed bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select l.id, 'review', d.id, d.about, d.at, d.reason_sealed
  from claim_lines l join line_reviews r on r.line_id = l.id
  join review_decisions d on d.id = r.decision_id and d.decision in ('refused', 'returned')
  where l.id = any (later_reasons.lines) and l.state in ('refused', 'returned')
    and (zp_office_of(l.authority) or zp_self(l.trainee_id)
      or (zp_at_home(l.organisation_id) and d.about = 'teaching'))
  union all
  select l.id, 'objection', o.id, 'person', o.decided_at,
    case when not coalesce(zp_at_home(l.organisation_id), false) then o.reason_sealed end
  from claim_lines l join objections o on l.id = any (o.voids) and o.state = 'upheld'
  where l.id = any (later_reasons.lines) and l.state = 'voided'
    and o.decided_at >= l.path_at[cardinality(l.path_at)]
    and (zp_office_of(l.authority) or zp_self(l.trainee_id) or zp_at_home(l.organisation_id))
$$;

-- Reach ---------------------------------------------------------------------------------------------
create function zp_own_review(decision uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select zp_role() = 'trainee' and exists (
    select 1 from line_reviews r join claim_lines l on l.id = r.line_id
    where r.decision_id = decision and l.trainee_id = zp_trainee())
$$;

alter table delegations enable row level security;
create policy seen on delegations for select using (zp_role() is not null);
create policy published on delegations for insert with check (published_by = zp_subject() and case step
  when 'review' then zp_decides_for(authority) else zp_finance_of(authority) end);
create policy ended on delegations for update using (ended_from is null and case step
  when 'review' then zp_decides_for(authority) else zp_finance_of(authority) end)
  with check (ended_by = zp_subject());
grant select, insert on delegations to "$app";
grant update (ended_from, ending_document, ended_by, ended_at) on delegations to "$app";

alter table sample_draws enable row level security;
create policy seen on sample_draws for select using (
  zp_officer_of(authority) or zp_works_for('jobs', 'check'));
create policy drawn on sample_draws for insert with check (zp_works_for('jobs'));
grant select, insert on sample_draws to "$app";

alter table review_decisions enable row level security;
create policy seen on review_decisions for select using (
  zp_office_of(authority) or (zp_at_home(organisation_id) and about = 'teaching')
  or zp_own_review(id) or zp_works_for('check'));
create policy made on review_decisions for insert with check (
  zp_decides_for(authority) and by_subject = zp_subject());
grant select, insert on review_decisions to "$app";

alter table line_reviews enable row level security;
create policy seen on line_reviews for select using (
  zp_office_of(authority) or zp_works_for('jobs', 'check'));
create policy entered on line_reviews for insert with check (
  zp_works_for('jobs') and reviewed_by is null and looked_by is null and released_by is null);
create policy again on line_reviews for delete using (zp_works_for('jobs'));
create policy looked on line_reviews for update using (zp_decides_for(authority));
grant select, insert, delete on line_reviews to "$app";
grant update (looked_by, looked_at, finding, note_sealed, decision_id) on line_reviews to "$app";

alter table holiday_notices enable row level security;
create policy seen on holiday_notices for select using (zp_role() is not null);
create policy entered on holiday_notices for insert with check (
  zp_decides_for(authority) and entered_by = zp_subject());
grant select, insert on holiday_notices to "$app";

alter table notices enable row level security;
create policy seen on notices for select using (zp_role() is not null);
create policy published on notices for insert with check (
  zp_decides_for(authority) and published_by = zp_subject());
create policy closed on notices for update using (zp_works_for('jobs'));
grant select, insert on notices to "$app";
grant update (body, ended_at, taken_down_at) on notices to "$app";

alter table notice_lines enable row level security;
create policy seen on notice_lines for select using (
  zp_office_of(authority) or zp_works_for('jobs', 'check'));
create policy published on notice_lines for insert with check (zp_decides_for(authority));
grant select, insert on notice_lines to "$app";

alter table objections enable row level security;
create policy seen on objections for select using (
  zp_officer_of(authority) or zp_works_for('jobs', 'check'));
create policy decided on objections for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and (decided_by is null or decided_by = zp_subject()));
grant select on objections to "$app";
grant update (state, finding, reason_sealed, voids, found_by, found_at, decided_by, decided_at)
  on objections to "$app";
