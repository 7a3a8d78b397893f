-- What row security reads. Unset means nobody: every policy then fails closed.
create function zp_subject() returns text language sql stable parallel safe
  return nullif(current_setting('zhipei.subject', true), '');
create function zp_role() returns text language sql stable parallel safe
  return nullif(current_setting('zhipei.role', true), '');
create function zp_reach() returns text[] language sql stable parallel safe
  return string_to_array(coalesce(current_setting('zhipei.reach', true), ''), ',');
create function zp_organisation() returns uuid language sql stable parallel safe
  return nullif(current_setting('zhipei.organisation', true), '')::uuid;
create function zp_trainee() returns uuid language sql stable parallel safe
  return nullif(current_setting('zhipei.trainee', true), '')::uuid;
create function zp_purpose() returns text language sql stable parallel safe
  return nullif(current_setting('zhipei.purpose', true), '');
create function zp_login() returns uuid language sql stable parallel safe
  return nullif(current_setting('zhipei.login', true), '')::uuid;

-- A service waits at its start until its own code's migrations are in.
grant select on alembic_version to "$app";

-- Idempotency: answers at rest are sealed; a key belongs to the caller who chose it.
create table idempotency (
  subject text not null check (length(subject) <= 100),
  key text not null check (length(key) <= 100),
  request bytea not null check (length(request) = 32),
  status integer,
  media_type text,
  body bytea,
  at timestamptz,
  primary key (subject, key)
);
create index idempotency_by_time on idempotency (at);
alter table idempotency enable row level security;
create policy own on idempotency using (subject = zp_subject() or zp_purpose() = 'cleaning');
-- Looked up before any peer call, in one round trip: the application names the caller it verified.
create function stored_answer(caller text, chosen text)
returns table (request bytea, status integer, media_type text, body bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select i.request, i.status, i.media_type, i.body from idempotency i
  where i.subject = caller and i.key = chosen
$$;
grant select, insert, update, delete on idempotency to "$app";

-- Events: audit trail, outbox and feed in one. Append-only; a sealer numbers committed rows.
create table events (
  id uuid primary key,
  position bigint generated always as identity,
  type text not null check (length(type) <= 80),
  subject text not null check (length(subject) <= 200),
  authority text check (length(authority) <= 12),
  organisation uuid,
  data jsonb not null default '{}',
  by_subject text not null check (length(by_subject) <= 100),
  rule text check (length(rule) <= 200),
  reason text check (length(reason) <= 500),
  row_hash bytea,
  at timestamptz not null
);
create index events_by_subject on events (subject);
create table event_pending (
  position bigint primary key,
  event_id uuid not null
);
create table event_batches (
  batch bigint primary key check (batch > 0),
  first_seq bigint not null check (first_seq > 0),
  last_seq bigint not null,
  hash bytea not null check (length(hash) = 32),
  signature text not null,
  at timestamptz not null,
  check (last_seq >= first_seq)
);
create table event_sequence (
  seq bigint primary key check (seq > 0),
  event_id uuid not null unique references events (id),
  batch bigint not null references event_batches (batch)
);
create function note_pending() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into event_pending (position, event_id) select position, id from fresh;
  return null;
end $$;
create trigger pending after insert on events referencing new table as fresh
  for each statement execute function note_pending();
alter table events enable row level security;
create policy told on events for insert with check (by_subject = zp_subject());
create policy reach on events for select using (
  (zp_role() in ('officer', 'finance', 'auditor') and authority = any (zp_reach()))
  or (zp_role() = 'service' and zp_purpose() in ('sealer', 'feed', 'check'))
);
grant select, insert on events to "$app";
grant select, delete on event_pending to "$app";
grant select, insert on event_batches, event_sequence to "$app";

-- Readers of other services' feeds: the cursor moves in the transaction of its effects.
create table feed_cursors (
  source text primary key,
  cursor text not null,
  at timestamptz not null
);
grant select, insert, update on feed_cursors to "$app";

-- Leases: what runs outside requests runs in one copy of the service at a time. Machine time.
create table leases (
  name text primary key,
  holder text not null,
  until timestamptz not null
);
grant select, insert, update on leases to "$app";

-- The plan pack's text by hash: decisions made under it re-derive from here.
create table plan_packs (
  hash text primary key check (length(hash) = 64),
  texts jsonb not null,
  loaded_at timestamptz not null
);
grant select, insert on plan_packs to "$app";
