-- Slots -------------------------------------------------------------------------------------------
-- What the registry's feed says of a class: all that a slot key is made of.
create table classes_seen (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  organisation_id uuid not null,
  kind text not null,
  subject_code text not null check (length(subject_code) <= 40),
  level integer,
  target text not null check (length(target) <= 60),
  starts_on date not null,
  started boolean not null default false
);

-- Who holds a place. A hold that has ended is deleted: nothing here tells who left. POLICY 9.2
create table holds (
  hold uuid primary key,
  trainee_id uuid not null,
  enrolment_id uuid not null unique,
  class_id uuid not null references classes_seen (id),
  slotless boolean not null default false,
  -- First come, first served, by the number of the confirmation's event in the feed.
  seq bigint not null,
  at timestamptz not null
);
create index holds_by_trainee on holds (trainee_id);
create index holds_by_class on holds (class_id);

-- A cap is this primary key: nobody can have a slot twice, whoever asks at whatever moment.
create table slots (
  trainee_id uuid not null,
  slot_key text not null check (length(slot_key) <= 100),
  enrolment_id uuid not null,
  state text not null check (state in ('held', 'taken')),
  hold uuid,
  line_id uuid,
  at timestamptz not null,
  primary key (trainee_id, slot_key),
  constraint slot_taken_by_a_line check ((state = 'taken') = (line_id is not null)),
  constraint slot_held_by_a_hold check (state = 'taken' or hold is not null)
) with (fillfactor = 80);
create index slots_by_enrolment on slots (enrolment_id);

-- Claims ------------------------------------------------------------------------------------------
create table claims (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  organisation_id uuid,
  trainee_id uuid,
  matter text not null check (matter in ('training_subsidy', 'living_allowance')),
  route text not null check (route in ('commitment', 'documents')),
  state text not null check (state in ('submitted', 'decided', 'returned', 'withdrawn')),
  submitted_by text not null check (length(submitted_by) <= 100),
  submitted_at timestamptz not null,
  constraint claim_of_one check (num_nonnulls(organisation_id, trainee_id) = 1),
  constraint claim_owned unique (id, authority)
);
create index claims_by_organisation on claims (organisation_id, submitted_at, id);
create index claims_by_authority on claims (authority, submitted_at, id);

create table claim_classes (
  claim_id uuid not null,
  class_id uuid not null,
  authority text not null,
  primary key (claim_id, class_id),
  foreign key (claim_id, authority) references claims (id, authority)
);

create table claim_commitments (
  claim_id uuid primary key,
  authority text not null,
  organisation_id uuid,
  trainee_id uuid,
  matter text not null,
  version text not null,
  language text not null check (language in ('zh-Hans', 'ug', 'en')),
  text_sha256 bytea not null check (length(text_sha256) = 32),
  statements text[] not null,
  signer_sealed bytea,
  by_subject text not null,
  at timestamptz not null,
  foreign key (claim_id, authority) references claims (id, authority),
  -- An organisation's responsible person signs by name; a person is known by the log-in.
  constraint commitment_signed check ((organisation_id is not null) = (signer_sealed is not null))
);

create table claim_documents (
  id uuid primary key,
  claim_id uuid not null,
  authority text not null,
  organisation_id uuid,
  trainee_id uuid,
  title text not null check (length(title) <= 200),
  number text check (length(number) <= 100),
  sha256 bytea not null check (length(sha256) = 32),
  at timestamptz not null,
  foreign key (claim_id, authority) references claims (id, authority)
);

-- A decision on facts: lines with equal facts share one. Facts are codes without identity.
create table claim_decisions (
  id uuid primary key,
  claim_id uuid not null,
  authority text not null,
  matter text not null,
  kind text not null,
  facts text not null,
  canonical text not null,
  digest bytea not null check (length(digest) = 32),
  plan_hash text not null references plan_packs (hash),
  provision_hashes jsonb not null,
  on_day date not null,
  edition integer,
  outcome text not null check (outcome in ('approvable', 'refused', 'undecided')),
  shown text not null,
  amount_fen bigint not null check (amount_fen >= 0),
  purpose text not null,
  funds text[] not null,
  payee text check (payee in ('institution', 'employer', 'person')),
  payee_organisation uuid,
  slot_keys text[] not null,
  -- The target of the class, and the same again where the facts say that the person counts for one that
  -- counts a category only (measure 16): as guarded as the facts. docs/decisions/0014
  target text not null check (length(target) <= 60),
  counts_for text check (counts_for = target),
  at timestamptz not null,
  foreign key (claim_id, authority) references claims (id, authority),
  constraint decision_of_money check ((outcome = 'approvable') = (amount_fen > 0)
    and (outcome = 'approvable') = (payee is not null)),
  -- What was decided is what was written: the digest is of the bytes that stand here.
  constraint decision_digest check (digest = sha256(convert_to(canonical, 'UTF8')))
);
create index decisions_by_claim on claim_decisions (claim_id);

-- What an institution may read of a decision, and what it never does: two tables, two policies.
create table decision_reasons_teaching (
  decision_id uuid not null references claim_decisions (id),
  n integer not null,
  authority text not null,
  organisation_id uuid,
  sort text not null check (sort in ('reason', 'need')),
  code text not null,
  from_whom text,
  figures jsonb not null,
  provision text,
  document text,
  article text,
  primary key (decision_id, n)
);
create table decision_reasons_person (
  decision_id uuid not null references claim_decisions (id),
  n integer not null,
  authority text not null,
  sort text not null check (sort in ('reason', 'need')),
  code text not null,
  from_whom text,
  figures jsonb not null,
  provision text,
  document text,
  article text,
  primary key (decision_id, n)
);

create table claim_lines (
  id uuid primary key,
  claim_id uuid not null,
  authority text not null,
  organisation_id uuid,
  class_id uuid not null,
  enrolment_id uuid not null,
  trainee_id uuid not null,
  provision text not null,
  kind text not null,
  state text not null,
  shown text not null,
  amount_fen bigint not null check (amount_fen >= 0),
  fund text,
  year integer,
  purpose text not null,
  payee_kind text,
  payee_id uuid,
  slot_keys text[] not null,
  transfer_id uuid,
  decision_id uuid not null references claim_decisions (id),
  digest bytea not null,
  waiting_since timestamptz,
  decided_at timestamptz not null,
  submitted_by text not null,
  -- For what the class counts now: an authority may set another after the decision. POLICY 8.2
  target text not null check (length(target) <= 60),
  -- Every state that the line was in, and since when: only the trigger below writes on.
  path text[] not null,
  path_at timestamptz[] not null,
  changed_at timestamptz not null,
  foreign key (claim_id, authority) references claims (id, authority),
  constraint line_path_whole check (path[cardinality(path)] = state
    and cardinality(path) = cardinality(path_at)),
  constraint line_money check (state not in ('approvable', 'reviewed', 'noticed', 'held', 'payable',
    'batched', 'paid') or (amount_fen > 0 and transfer_id is not null and fund is not null
    and year is not null and payee_kind is not null and payee_id is not null)),
  constraint line_waits check ((state = 'waiting') = (waiting_since is not null))
) with (fillfactor = 80);
-- A person's training is paid once: one living line per place and provision.
create unique index line_live_once on claim_lines (enrolment_id, provision)
  where state not in ('refused', 'voided', 'returned', 'withdrawn');
create index lines_by_claim on claim_lines (claim_id, id);
create index lines_by_trainee on claim_lines (trainee_id, id);
create index lines_by_state on claim_lines (authority, state, changed_at, id);
create index lines_waiting on claim_lines (waiting_since, id) where state = 'waiting';

-- The legal words of a line's path; the same as services/claims/submissions/states.py (tested).
create function line_may(before text, after text) returns boolean language sql immutable parallel safe
return (before, after) in (
  ('undecided', 'approvable'), ('undecided', 'waiting'), ('undecided', 'refused'),
  ('undecided', 'withdrawn'), ('undecided', 'returned'), ('undecided', 'voided'),
  ('refused', 'undecided'), ('refused', 'approvable'), ('refused', 'waiting'),
  ('waiting', 'approvable'), ('waiting', 'refused'), ('waiting', 'undecided'),
  ('waiting', 'withdrawn'), ('waiting', 'returned'), ('waiting', 'voided'),
  ('approvable', 'reviewed'), ('approvable', 'refused'), ('approvable', 'undecided'),
  ('approvable', 'returned'), ('approvable', 'withdrawn'), ('approvable', 'voided'),
  ('reviewed', 'noticed'), ('reviewed', 'refused'), ('reviewed', 'returned'), ('reviewed', 'voided'),
  ('noticed', 'held'), ('noticed', 'payable'), ('noticed', 'voided'),
  ('held', 'noticed'), ('held', 'payable'), ('held', 'refused'), ('held', 'voided'),
  ('payable', 'batched'), ('payable', 'held'), ('payable', 'voided'),
  ('batched', 'paid'), ('batched', 'payable'), ('batched', 'voided'),
  ('paid', 'payable'),
  ('voided', 'undecided'), ('voided', 'refused'), ('voided', 'waiting'), ('voided', 'approvable'));

create function keep_line_path() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if new.state <> old.state then
    if not line_may(old.state, new.state) then
      raise exception 'no line goes this way' using errcode = '23514', constraint = 'line_path';
    end if;
    if new.changed_at < old.changed_at then
      raise exception 'time went back' using errcode = '23514', constraint = 'line_time';
    end if;
    new.path := old.path || new.state;
    new.path_at := old.path_at || new.changed_at;
  elsif new.path <> old.path then
    raise exception 'a path is only walked' using errcode = '23514', constraint = 'line_path';
  end if;
  if new.state <> 'waiting' then
    new.waiting_since := null;
  end if;
  return new;
end $$;
create trigger path_kept before update on claim_lines for each row execute function keep_line_path();

-- A day is paid once, whatever classes it was attended in: again a primary key.
create table allowance_days (
  trainee_id uuid not null,
  day date not null,
  line_id uuid not null references claim_lines (id),
  constraint allowance_day_once primary key (trainee_id, day)
);
create index allowance_days_by_line on allowance_days (line_id);

create table claim_locks (id uuid primary key);
-- unlogged: what a claim's lines are, between COPY and their final statement, in one transaction.
create unlogged table claim_staging (
  batch uuid not null,
  line_id uuid not null,
  class_id uuid not null,
  enrolment_id uuid not null,
  trainee_id uuid not null,
  decision_id uuid not null
);
grant insert on claim_staging to "$app";

-- Dry runs are few: whoever could ask at will would learn by differences. DESIGN 4
create table dry_runs (
  organisation_id uuid not null,
  day date not null,
  runs integer not null check (runs > 0),
  primary key (organisation_id, day)
);

create table appeals (
  id uuid primary key,
  line_id uuid not null references claim_lines (id),
  authority text not null,
  trainee_id uuid not null,
  text_sealed bytea not null,
  state text not null check (state in ('open', 'reopened', 'dismissed')),
  asked_at timestamptz not null,
  answer_sealed bytea,
  answered_by text,
  answered_at timestamptz,
  decision_before uuid not null references claim_decisions (id),
  decision_after uuid references claim_decisions (id),
  constraint appeal_answered check ((state = 'open') = (answered_by is null)
    and (state = 'open') = (answer_sealed is null) and (state = 'reopened') = (decision_after is not null))
);
create unique index appeal_open_once on appeals (line_id) where state = 'open';
create index appeals_by_trainee on appeals (trainee_id, asked_at, id);
create index appeals_by_authority on appeals (authority, asked_at, id);

-- 原则上: two officers, by document, lift one cap for one place of one person. POLICY 8.5
create table cap_exceptions (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  line_id uuid not null references claim_lines (id),
  trainee_id uuid not null,
  enrolment_id uuid not null,
  slot_key text not null check (length(slot_key) <= 60),
  document_number text not null check (length(document_number) between 2 and 100),
  reason_sealed bytea not null,
  state text not null check (state in ('proposed', 'confirmed', 'declined')),
  proposed_by text not null check (length(proposed_by) <= 100),
  proposed_at timestamptz not null,
  decided_by text check (length(decided_by) <= 100),
  decided_at timestamptz,
  decision_after uuid references claim_decisions (id),
  constraint cap_exception_decided check ((state = 'proposed') = (decided_by is null)
    and (decided_by is null) = (decided_at is null)
    and (decision_after is null or state = 'confirmed')),
  constraint cap_exception_two_officers check (decided_by <> proposed_by)
);
create unique index cap_exception_once on cap_exceptions (enrolment_id, slot_key)
  where state <> 'declined';
create index cap_exceptions_by_trainee on cap_exceptions (trainee_id, proposed_at, id);
create index cap_exceptions_by_authority on cap_exceptions (authority, proposed_at, id);

-- A slot beyond the cap is named after its exception, `2020:skill+<id>`, and there is none without:
-- the primary key of slots still counts, and one exception is good for one slot.
create function keep_exception() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if not exists (select 1 from cap_exceptions e where e.state = 'confirmed'
      and e.slot_key || '+' || e.id = new.slot_key
      and (e.trainee_id, e.enrolment_id) = (new.trainee_id, new.enrolment_id)) then
    raise exception 'a cap without exception' using errcode = '23514', constraint = 'slot_excepted';
  end if;
  return new;
end $$;
create trigger exception_kept before insert or update of slot_key, enrolment_id on slots
  for each row when (new.slot_key ~ '[+][0-9a-f-]{36}$') execute function keep_exception();

-- Rates ---------------------------------------------------------------------------------------------
create table allowance_rates (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  fen_per_day bigint not null check (fen_per_day between 1 and 1000000),
  from_date date not null,
  document_number text not null check (length(document_number) between 2 and 100),
  entered_by text not null,
  entered_at timestamptz not null,
  confirmed_by text,
  confirmed_at timestamptz,
  constraint allowance_rate_two_officers check (confirmed_by is null or confirmed_by <> entered_by),
  check ((confirmed_by is null) = (confirmed_at is null))
);
create unique index allowance_rate_once on allowance_rates (authority, from_date)
  where confirmed_at is not null;

-- Filing --------------------------------------------------------------------------------------------
-- One claim at a time of a class, and what is known of its people: slots that something else of theirs
-- occupies, lines that live, queues for money. For deciding only; no operation answers with it.
create function open_claim(locks uuid[], matter_ text, people uuid[], places uuid[])
returns table (what text, id uuid, word text, detail text) language plpgsql volatile
security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if zp_role() is null or zp_role() not in ('organisation', 'trainee', 'officer', 'service') then
    raise exception 'nobody files' using errcode = '42501';
  end if;
  if cardinality(locks) > 0 then
    insert into claim_locks (id) select unnest(locks) order by 1 on conflict do nothing;
    perform 1 from claim_locks l where l.id = any (locks) order by l.id for update;
  end if;
  return query
    select 'slot', s.trainee_id, s.slot_key, s.state || ' ' || s.enrolment_id::text
    from slots s where matter_ = 'training_subsidy' and s.trainee_id = any (people)
    union all
    select 'live', l.enrolment_id, l.state, l.id::text
    from claim_lines l where l.enrolment_id = any (places) and l.provision = matter_
      and l.state not in ('refused', 'voided', 'returned', 'withdrawn')
    union all
    select 'day', d.trainee_id, d.day::text, d.line_id::text
    from allowance_days d where matter_ = 'living_allowance' and d.trainee_id = any (people)
    union all
    select 'lifted', e.enrolment_id, e.slot_key, e.id::text
    from cap_exceptions e where matter_ = 'training_subsidy' and e.enrolment_id = any (places)
      and e.state = 'confirmed'
    union all
    select distinct 'queue', null::uuid, l.authority, l.purpose
    from claim_lines l where l.state = 'waiting';
end $$;

create function zp_office_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() in ('officer', 'finance', 'auditor') and authority = any (zp_reach());

create function zp_files(claim uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select exists (select 1 from claims c where c.id = claim and (
    zp_at_home(c.organisation_id) or zp_self(c.trainee_id) or zp_decides_for(c.authority)))
$$;

create function store_decisions(claim uuid, decisions jsonb, reasons jsonb) returns void
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  if not zp_files(claim) then
    raise exception 'not this caller''s claim' using errcode = '42501';
  end if;
  insert into claim_decisions
  select d.* from jsonb_populate_recordset(null::claim_decisions, decisions) d
  where d.claim_id = claim;
  insert into decision_reasons_teaching
  select r.* from jsonb_populate_recordset(null::decision_reasons_teaching, reasons->'teaching') r;
  insert into decision_reasons_person
  select r.* from jsonb_populate_recordset(null::decision_reasons_person, reasons->'person') r;
end $$;

-- Takes the slots of a batch's approvable lines, in key order; a line gets all of its own or none.
-- Answers the lines that came too late, each with a key and how it is occupied.
create function take_slots(claim uuid, batch_ uuid, lines uuid[], at_ timestamptz)
returns table (line_id uuid, slot_key text, state text) language plpgsql volatile
security definer set search_path = public, pg_temp set enable_nestloop = off as $$
#variable_conflict use_column
declare
  late uuid[];
begin
  if not zp_files(claim) then
    raise exception 'not this caller''s claim' using errcode = '42501';
  end if;
  with wanted as materialized (
    select s.trainee_id, k.slot_key, s.enrolment_id, s.line_id
    from claim_staging s
    join claim_decisions d on d.id = s.decision_id and d.claim_id = claim
      and d.outcome = 'approvable'
    cross join lateral unnest(d.slot_keys) k(slot_key)
    where s.batch = batch_ and (lines is null or s.line_id = any (lines))),
  got as materialized (
    insert into slots as t (trainee_id, slot_key, enrolment_id, state, line_id, at)
    select distinct on (w.trainee_id, w.slot_key)
      w.trainee_id, w.slot_key, w.enrolment_id, 'taken', w.line_id, at_
    from wanted w order by w.trainee_id, w.slot_key, w.line_id
    on conflict (trainee_id, slot_key) do update
      set state = 'taken', line_id = excluded.line_id, at = excluded.at
      where t.enrolment_id = excluded.enrolment_id
        and (t.state = 'held' or t.line_id = excluded.line_id)
    returning t.line_id, t.slot_key)
  select array_agg(distinct w.line_id) into late
  from wanted w left join got g on g.line_id = w.line_id and g.slot_key = w.slot_key
  where g.line_id is null;
  if late is null then
    return;
  end if;
  update slots t set state = 'held', line_id = null where t.line_id = any (late) and t.hold is not null;
  delete from slots t where t.line_id = any (late);
  return query
    with mine as materialized (
      select s.line_id, s.trainee_id, s.enrolment_id, d.slot_keys
      from claim_staging s join claim_decisions d on d.id = s.decision_id and d.claim_id = claim
      where s.batch = batch_ and s.line_id = any (late))
    select m.line_id, t.slot_key, t.state
    from slots t join mine m on m.trainee_id = t.trainee_id and t.slot_key = any (m.slot_keys)
      and t.enrolment_id <> m.enrolment_id
    where t.trainee_id = any (array(select trainee_id from mine));
end $$;

-- The claim, its papers, its decisions and its slots in one go.
create function file_claim(claim jsonb, batch_ uuid, decisions jsonb, reasons jsonb)
returns table (line_id uuid, slot_key text, state text) language plpgsql volatile
security definer set search_path = public, pg_temp as $$
declare
  own claims := jsonb_populate_record(null::claims, claim->'claim');
begin
  if not (coalesce(zp_at_home(own.organisation_id), false) or coalesce(zp_self(own.trainee_id), false))
    or own.submitted_by <> zp_subject() then
    raise exception 'nobody files for another' using errcode = '42501';
  end if;
  insert into claims select (own).*;
  insert into claim_classes
  select own.id, c::uuid, own.authority from jsonb_array_elements_text(claim->'classes') c;
  insert into claim_commitments
  select c.* from jsonb_populate_recordset(null::claim_commitments, claim->'commitments') c;
  insert into claim_documents
  select c.* from jsonb_populate_recordset(null::claim_documents, claim->'documents') c;
  perform store_decisions(own.id, decisions, reasons);
  return query select * from take_slots(own.id, batch_, null, own.submitted_at);
end $$;

-- Lines that came too late get other decisions, before anything is reserved for them.
create function decide_late(claim uuid, batch_ uuid, decisions jsonb, reasons jsonb,
  lines uuid[], decided uuid[], at_ timestamptz)
returns table (line_id uuid, slot_key text, state text) language plpgsql volatile
security definer set search_path = public, pg_temp as $$
begin
  perform store_decisions(claim, decisions, reasons);
  update claim_staging s set decision_id = n.decision_id
  from unnest(lines, decided) n(line_id, decision_id)
  where s.batch = batch_ and s.line_id = n.line_id;
  return query select * from take_slots(claim, batch_, lines, at_);
end $$;

-- What the batch's lines are in the end: decision, words, and the money that was held for each.
create function line_outcomes(claim uuid, batch_ uuid, paid_ uuid[], transfers_ uuid[], funds_ text[],
  year_ integer)
returns table (id uuid, claim_id uuid, authority text, organisation_id uuid, class_id uuid,
  enrolment_id uuid, trainee_id uuid, provision text, kind text, state text, shown text,
  amount_fen bigint, fund text, year integer, purpose text, payee_kind text, payee_id uuid,
  slot_keys text[], transfer_id uuid, decision_id uuid, digest bytea, submitted_by text, target text)
language sql stable security definer set search_path = public, pg_temp set enable_nestloop = off as $$
  select s.line_id, d.claim_id, d.authority, c.organisation_id, s.class_id, s.enrolment_id,
    s.trainee_id, d.matter, d.kind,
    case when d.outcome <> 'approvable' then d.outcome
      when t.line_id is null then 'waiting' else 'approvable' end,
    d.shown, d.amount_fen, t.fund, case when t.line_id is not null then year_ end, d.purpose,
    d.payee, case when d.payee = 'person' then s.trainee_id else d.payee_organisation end,
    d.slot_keys, t.transfer_id, d.id, d.digest, c.submitted_by, coalesce(k.target, d.target)
  from claim_staging s
  join claim_decisions d on d.id = s.decision_id and d.claim_id = claim
  join claims c on c.id = claim
  left join classes_seen k on k.id = s.class_id
  left join unnest(paid_, transfers_, funds_) as t(line_id, transfer_id, fund)
    on t.line_id = s.line_id
  where s.batch = batch_
$$;

-- A refused place has no right to a slot; if it is claimed again, it takes one that is free then.
create function finish_batch(claim uuid, batch_ uuid) returns void language plpgsql volatile
security definer set search_path = public, pg_temp set enable_nestloop = off as $$
declare
  refused uuid[];
begin
  select array_agg(s.enrolment_id) into refused
  from claim_staging s
  join claim_decisions d on d.id = s.decision_id and d.claim_id = claim
    and d.outcome = 'refused' and d.matter = 'training_subsidy'
  where s.batch = batch_;
  if refused is not null then
    delete from slots t where t.enrolment_id = any (refused) and t.state = 'held';
    delete from holds h where h.enrolment_id = any (refused);
  end if;
  delete from claim_staging s where s.batch = batch_;
end $$;

-- The days that an allowance pays: only of a batch of one line, a person's own.
create function keep_days(batch_ uuid, days date[]) returns void language sql volatile
security definer set search_path = public, pg_temp as $$
  insert into allowance_days (trainee_id, day, line_id)
  select s.trainee_id, d.day, s.line_id
  from claim_staging s
  join claim_decisions c on c.id = s.decision_id and c.outcome = 'approvable'
    and c.matter = 'living_allowance'
  cross join unnest(days) d(day)
  where s.batch = batch_
$$;

-- Lines of a first decision; those that were left undecided before give way to them.
create function file_lines(claim uuid, batch_ uuid, gone uuid[], days date[], paid_ uuid[],
  transfers_ uuid[], funds_ text[], year_ integer, at_ timestamptz)
returns table (state text, lines bigint, fen bigint) language plpgsql volatile
security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if not zp_files(claim) then
    raise exception 'not this caller''s claim' using errcode = '42501';
  end if;
  -- No class changes its target between being read here and the lines that it goes into.
  perform 1 from classes_seen k where k.id in (
    select s.class_id from claim_staging s where s.batch = batch_) order by k.id for share;
  update claim_lines l set state = 'withdrawn', changed_at = at_
  where l.id = any (gone) and l.state = 'undecided';
  return query
    with fresh as (
      insert into claim_lines (id, claim_id, authority, organisation_id, class_id, enrolment_id,
        trainee_id, provision, kind, state, shown, amount_fen, fund, year, purpose, payee_kind,
        payee_id, slot_keys, transfer_id, decision_id, digest, submitted_by, target, waiting_since,
        decided_at, path, path_at, changed_at)
      select o.*, case when o.state = 'waiting' then at_ end, at_, array[o.state], array[at_], at_
      from line_outcomes(claim, batch_, paid_, transfers_, funds_, year_) o
      returning claim_lines.state, claim_lines.amount_fen)
    select f.state, count(*), sum(f.amount_fen)::bigint from fresh f group by f.state;
  if cardinality(days) > 0 then
    perform keep_days(batch_, days);
  end if;
  perform finish_batch(claim, batch_);
end $$;

-- Lines decided again: after an appeal, or when what was missing came in.
create function redecide_lines(claim uuid, batch_ uuid, days date[], paid_ uuid[],
  transfers_ uuid[], funds_ text[], year_ integer, at_ timestamptz)
returns table (state text, lines bigint, fen bigint) language plpgsql volatile
security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if not zp_files(claim) then
    raise exception 'not this caller''s claim' using errcode = '42501';
  end if;
  return query
    with fresh as (
      update claim_lines l set state = o.state, shown = o.shown, amount_fen = o.amount_fen,
        fund = o.fund, year = o.year, purpose = o.purpose, payee_kind = o.payee_kind,
        payee_id = o.payee_id, slot_keys = o.slot_keys, transfer_id = o.transfer_id,
        decision_id = o.decision_id, digest = o.digest, decided_at = at_, changed_at = at_,
        waiting_since = case when o.state = 'waiting' then at_ end
      from line_outcomes(claim, batch_, paid_, transfers_, funds_, year_) o where l.id = o.id
      returning l.state, l.amount_fen)
    select f.state, count(*), sum(f.amount_fen)::bigint from fresh f group by f.state;
  if cardinality(days) > 0 then
    perform keep_days(batch_, days);
  end if;
  perform finish_batch(claim, batch_);
end $$;

-- A line that loses its ground gives its slots back: to its hold where there is one.
create function release_slots(lines uuid[]) returns integer language plpgsql volatile
security definer set search_path = public, pg_temp as $$
declare
  freed integer;
begin
  if exists (select 1 from claim_lines l where l.id = any (lines)
      and not zp_files(l.claim_id) and not zp_works_for('jobs') and not zp_finance_of(l.authority)) then
    raise exception 'not this caller''s line' using errcode = '42501';
  end if;
  update slots t set state = 'held', line_id = null where t.line_id = any (lines)
    and exists (select 1 from holds h where h.hold = t.hold);
  get diagnostics freed = row_count;
  delete from slots t where t.line_id = any (lines);
  delete from allowance_days d where d.line_id = any (lines);
  return freed;
end $$;

-- How many lines wait for the same money before each of some: for whoever may see the line.
create function queue_before(lines uuid[]) returns table (line_id uuid, before bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select l.id, (select count(*) from claim_lines w where w.state = 'waiting'
    and (w.authority, w.purpose) = (l.authority, l.purpose)
    and (w.waiting_since, w.id) < (l.waiting_since, l.id))
  from claim_lines l where l.id = any (lines) and l.state = 'waiting'
    and (zp_office_of(l.authority) or zp_at_home(l.organisation_id) or zp_self(l.trainee_id))
$$;

-- How many places of a class have no slot, before it starts: for the organisation that teaches it.
create function places_without_slot(class uuid) returns table (started boolean, places bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select c.started, count(h.hold) filter (where h.slotless)
  from classes_seen c left join holds h on h.class_id = c.id
  where c.id = class and (zp_at_home(c.organisation_id) or zp_officer_of(c.authority))
  group by c.id, c.started
$$;

-- One dry run more today; how many it makes.
create function count_dry_run(day_ date) returns integer language sql volatile
security definer set search_path = public, pg_temp as $$
  insert into dry_runs as d (organisation_id, day, runs) values (zp_organisation(), day_, 1)
  on conflict (organisation_id, day) do update set runs = d.runs + 1 returning d.runs
$$;

-- Reach ---------------------------------------------------------------------------------------------
alter table classes_seen enable row level security;
create policy seen on classes_seen for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_role() = 'trainee'
  or zp_works_for('reader', 'jobs', 'check'));
create policy told on classes_seen for insert with check (zp_works_for('reader'));
create policy changed on classes_seen for update using (zp_works_for('reader'));
grant select, insert, update on classes_seen to "$app";

-- Who holds what is the person's own to see; institutions and offices get a number.
alter table holds enable row level security;
create policy seen on holds for select using (
  zp_self(trainee_id) or zp_works_for('reader', 'check'));
create policy told on holds for insert with check (zp_works_for('reader'));
create policy changed on holds for update using (zp_works_for('reader'));
create policy ended on holds for delete using (zp_works_for('reader'));
grant select, insert, update, delete on holds to "$app";

alter table slots enable row level security;
create policy seen on slots for select using (
  zp_self(trainee_id) or zp_works_for('reader', 'check'));
create policy held on slots for insert with check (zp_works_for('reader') and state = 'held');
create policy freed on slots for delete using (zp_works_for('reader') and state = 'held');
grant select, insert, delete on slots to "$app";

alter table claims enable row level security;
create policy seen on claims for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_self(trainee_id)
  or zp_works_for('jobs', 'check'));
create policy changed on claims for update using (
  zp_decides_for(authority) or zp_at_home(organisation_id) or zp_self(trainee_id));
grant select on claims to "$app";
grant update (state) on claims to "$app";

alter table claim_classes enable row level security;
create policy seen on claim_classes for select using (
  exists (select 1 from claims c where c.id = claim_id));
grant select on claim_classes to "$app";

alter table claim_commitments enable row level security;
create policy seen on claim_commitments for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_self(trainee_id)
  or zp_works_for('check'));
grant select on claim_commitments to "$app";

alter table claim_documents enable row level security;
create policy seen on claim_documents for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_self(trainee_id));
grant select on claim_documents to "$app";

-- Facts are about persons: the office that decides, the person through an own line, nobody else.
alter table claim_lines enable row level security;
create policy seen on claim_lines for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_self(trainee_id)
  or zp_works_for('jobs', 'check'));
create policy moved on claim_lines for update using (
  zp_decides_for(authority) or zp_finance_of(authority) or zp_works_for('jobs')
  or zp_at_home(organisation_id) or zp_self(trainee_id))
  with check (zp_decides_for(authority) or zp_finance_of(authority) or zp_works_for('jobs')
    or ((zp_at_home(organisation_id) or zp_self(trainee_id)) and state = 'withdrawn'));
grant select on claim_lines to "$app";
grant update (state, shown, changed_at, fund, year, transfer_id) on claim_lines to "$app";

create function zp_own_decision(decision uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select zp_role() = 'trainee' and exists (
    select 1 from claim_lines l where l.decision_id = decision and l.trainee_id = zp_trainee())
$$;

alter table claim_decisions enable row level security;
create policy seen on claim_decisions for select using (
  zp_officer_of(authority) or zp_own_decision(id) or zp_works_for('jobs', 'check'));
grant select on claim_decisions to "$app";

alter table decision_reasons_teaching enable row level security;
create policy seen on decision_reasons_teaching for select using (
  zp_officer_of(authority) or zp_at_home(organisation_id) or zp_own_decision(decision_id)
  or zp_works_for('check'));
grant select on decision_reasons_teaching to "$app";

alter table decision_reasons_person enable row level security;
create policy seen on decision_reasons_person for select using (
  zp_officer_of(authority) or zp_own_decision(decision_id) or zp_works_for('check'));
grant select on decision_reasons_person to "$app";

alter table allowance_days enable row level security;
create policy seen on allowance_days for select using (
  zp_self(trainee_id) or zp_works_for('check'));
grant select on allowance_days to "$app";
alter table claim_locks enable row level security;
alter table dry_runs enable row level security;

alter table appeals enable row level security;
create policy seen on appeals for select using (
  zp_self(trainee_id) or zp_decides_for(authority) or zp_works_for('check'));
create policy asked on appeals for insert with check (zp_self(trainee_id) and state = 'open');
create policy answered on appeals for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and answered_by = zp_subject());
grant select, insert on appeals to "$app";
grant update (state, answer_sealed, answered_by, answered_at, decision_after) on appeals to "$app";

-- An institution never reads that one of its people got an exception, or why. POLICY 9.7
alter table cap_exceptions enable row level security;
create policy seen on cap_exceptions for select using (
  zp_self(trainee_id) or zp_officer_of(authority) or zp_works_for('check'));
create policy proposed on cap_exceptions for insert with check (zp_decides_for(authority)
  and proposed_by = zp_subject() and state = 'proposed' and exists (
    select 1 from claim_lines l where l.id = line_id and l.authority = cap_exceptions.authority
      and (l.trainee_id, l.enrolment_id) = (cap_exceptions.trainee_id, cap_exceptions.enrolment_id)));
create policy decided on cap_exceptions for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and decided_by = zp_subject());
grant select, insert on cap_exceptions to "$app";
grant update (state, decided_by, decided_at, decision_after) on cap_exceptions to "$app";

alter table allowance_rates enable row level security;
create policy seen on allowance_rates for select using (
  (zp_role() is not null and confirmed_at is not null) or zp_office_of(authority));
create policy entered on allowance_rates for insert with check (
  zp_decides_for(authority) and entered_by = zp_subject() and confirmed_by is null);
create policy confirmed on allowance_rates for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and confirmed_by = zp_subject());
grant select, insert on allowance_rates to "$app";
grant update (confirmed_by, confirmed_at) on allowance_rates to "$app";

-- The same by line, for whoever asks about one; each shows what its reader's own reach shows.
create view line_decisions with (security_invoker = true) as
  select l.id as line_id, d.* from claim_lines l join claim_decisions d on d.id = l.decision_id;
create view line_reasons_teaching with (security_invoker = true) as
  select l.id as line_id, r.* from claim_lines l
  join decision_reasons_teaching r on r.decision_id = l.decision_id;
create view line_reasons_person with (security_invoker = true) as
  select l.id as line_id, r.* from claim_lines l
  join decision_reasons_person r on r.decision_id = l.decision_id;
grant select on line_decisions, line_reasons_teaching, line_reasons_person to "$app";
