-- Reach of the claims database: the registry's words, said again here (no database knows another).
create function zp_officer_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() in ('officer', 'auditor') and authority = any (zp_reach());
create function zp_decides_for(authority text) returns boolean language sql stable parallel safe
  return zp_role() = 'officer' and authority = any (zp_reach());
create function zp_at_home(organisation uuid) returns boolean language sql stable parallel safe
  return zp_role() = 'organisation' and organisation = zp_organisation();
create function zp_self(trainee uuid) returns boolean language sql stable parallel safe
  return zp_role() = 'trainee' and trainee = zp_trainee();
create function zp_works_for(variadic purposes text[]) returns boolean language sql stable parallel safe
  return zp_role() = 'service' and zp_purpose() = any (purposes);
create function zp_finance_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() = 'finance' and authority = any (zp_reach());

-- The ledger. Money flows from the debited to the credited sub-account of one account:
--   source -> available   receipt, opening balance (the money comes from outside)
--   available -> paid     reservation (holds only), then payment or release
--   back                  a reversal, which names what it undoes
-- A transfer names one account and two of its sub-accounts, so it cannot leave its fund, authority,
-- year and purpose: 分账核算 by construction, 五(四).

-- What each fund may pay, as the plan pack says. No row, no account: such a use cannot be booked.
-- Written at the start only; no request of a person can add a use.
create table fund_purposes (
  fund text not null check (length(fund) between 1 and 60),
  purpose text not null check (length(purpose) between 1 and 60),
  plan_hash text not null references plan_packs (hash),
  primary key (fund, purpose)
);

create table accounts (
  id uuid primary key,
  fund text not null,
  authority text not null check (length(authority) = 6),
  year integer not null check (year between 2000 and 2099),
  purpose text not null,
  opened_by text not null check (length(opened_by) <= 100),
  opened_at timestamptz not null,
  constraint account_once unique (fund, authority, year, purpose),
  constraint account_owned unique (id, authority),
  constraint purpose_permitted foreign key (fund, purpose) references fund_purposes (fund, purpose)
);

-- Balances: what the transfers sum to. Only the trigger on transfers changes them, and these CHECKs
-- are the last guard of every fen. `held` is what is reserved and neither paid nor released.
create table subaccounts (
  account_id uuid not null,
  authority text not null,
  name text not null check (name in ('source', 'available', 'paid')),
  debits bigint not null default 0 check (debits >= 0),
  credits bigint not null default 0 check (credits >= 0),
  held bigint not null default 0 check (held >= 0),
  primary key (account_id, name),
  foreign key (account_id, authority) references accounts (id, authority),
  constraint balance_not_negative check (case name
    when 'source' then credits <= debits and held = 0
    when 'available' then debits + held <= credits
    else debits <= credits and held = 0 end)
) with (fillfactor = 50);

-- The same by quarter of the business calendar: what came in, the change of what is held, what was
-- paid, each net of what was undone. Kept by the same trigger, so that no report sums all transfers.
create table turnover (
  account_id uuid not null,
  authority text not null,
  quarter text not null check (quarter ~ '^[0-9]{4}Q[1-4]$'),
  received bigint not null,
  held bigint not null,
  paid bigint not null,
  primary key (account_id, quarter),
  foreign key (account_id, authority) references accounts (id, authority)
) with (fillfactor = 50);

create table transfers (
  id uuid primary key,
  batch uuid not null,
  account_id uuid not null,
  authority text not null,
  debit text not null,
  credit text not null,
  fen bigint not null check (fen > 0),
  code text not null,
  line_id uuid,
  -- How often before the line's, or the document's, money was given back.
  round smallint not null default 0 check (round >= 0),
  resolves uuid,
  reverses uuid,
  document_number text check (length(document_number) between 1 and 100),
  by_subject text not null check (length(by_subject) <= 100),
  at timestamptz not null,
  hash bytea not null check (length(hash) = 32),
  constraint transfer_form check (case
    when code in ('receipt', 'opening') then debit = 'source' and credit = 'available'
      and num_nonnulls(line_id, resolves, reverses) = 0 and document_number is not null
    when code = 'reservation' then debit = 'available' and credit = 'paid'
      and line_id is not null and num_nonnulls(resolves, reverses) = 0
    when code in ('payment', 'release') then debit = 'available' and credit = 'paid'
      and line_id is not null and resolves is not null and reverses is null
    when code in ('correction', 'bank_return', 'recovery') then credit in ('available', 'source')
      and resolves is null and reverses is not null
    else false end),
  -- A line has at most one living reservation or payment: its rounds are its undone ones.
  constraint line_reserved_once unique (line_id, round, code)
);
create index transfers_by_account on transfers (account_id, at, id);
create unique index transfer_resolved_once on transfers (resolves) where resolves is not null;
create unique index transfer_reversed_once on transfers (reverses) where reverses is not null;
create index transfers_given_back on transfers (line_id)
  where code = 'release' or reverses is not null;
create unique index receipt_once on transfers (account_id, document_number, round)
  where code in ('receipt', 'opening');

-- A transfer's own hash, in two steps: over what its batch has in common, and over that with the rest.
-- Widths are fixed, and each text ends with a byte that no text holds.
create function batch_hash(batch uuid, account_id uuid, authority text, debit text, credit text,
  code text, document_number text, by_subject text, at timestamptz)
returns bytea language sql stable parallel safe return sha256(
  uuid_send(batch) || uuid_send(account_id) || timestamptz_send(at)
  || convert_to(authority, 'UTF8') || '\x00' || convert_to(debit, 'UTF8') || '\x00'
  || convert_to(credit, 'UTF8') || '\x00' || convert_to(code, 'UTF8') || '\x00'
  || convert_to(coalesce(document_number, ''), 'UTF8') || '\x00' || convert_to(by_subject, 'UTF8'));
create function transfer_hash(head bytea, id uuid, fen bigint, line_id uuid, round smallint,
  answers uuid)
returns bytea language sql stable parallel safe return sha256(
  head || uuid_send(id) || int8send(fen) || int2send(round)
  || uuid_send(coalesce(line_id, '00000000-0000-0000-0000-000000000000'))
  || uuid_send(coalesce(answers, '00000000-0000-0000-0000-000000000000')));

create function zp_quarter(at timestamptz) returns text language sql stable parallel safe
  return to_char(at at time zone 'Asia/Shanghai', 'YYYY"Q"Q');

-- An account has its three sub-accounts from the beginning.
create function open_subaccounts() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into subaccounts (account_id, authority, name)
  select new.id, new.authority, unnest(array['available', 'paid', 'source']);
  return null;
end $$;
create trigger opened after insert on accounts for each row execute function open_subaccounts();

-- Carries fresh transfers into the balances. Every transfer touches its account's `available`, whose
-- row is the account's lock; locks are taken in the order of account ids. What foreign keys would ask
-- row by row (it costs as much as all the rest, measured) is asked here once for all rows: the
-- sub-accounts exist and are the authority's, what is resolved is an equal reservation, what is
-- reversed is its mirror. Accounts and transfers are never deleted, so an answer stays true.
create function keep_balances() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  named integer;
  moved integer;
begin
  perform 1 from subaccounts s
  where s.name = 'available' and s.account_id in (select f.account_id from fresh f)
  order by s.account_id for update;

  if exists (select 1 from fresh f where f.resolves is not null and not exists (
      select 1 from transfers t where t.id = f.resolves and t.code = 'reservation'
        and (t.account_id, t.line_id, t.round, t.fen) = (f.account_id, f.line_id, f.round, f.fen)))
    or exists (select 1 from fresh f where f.reverses is not null and not exists (
      select 1 from transfers t where t.id = f.reverses
        and t.code in ('receipt', 'opening', 'payment')
        and t.line_id is not distinct from f.line_id
        and (t.account_id, t.round, t.fen, t.debit, t.credit)
          = (f.account_id, f.round, f.fen, f.credit, f.debit))) then
    raise exception 'a transfer answers to no equal one' using errcode = '23503',
      constraint = 'transfer_answers';
  end if;

  with sums as materialized (
    select f.account_id, f.authority, f.debit, f.credit, f.code, f.at, sum(f.fen) as fen
    from fresh f group by 1, 2, 3, 4, 5, 6),
  moves as (
    select account_id, authority, debit as name,
      case when code in ('reservation', 'release') then 0 else fen end as debits, 0 as credits,
      case code when 'reservation' then fen when 'release' then -fen when 'payment' then -fen
        else 0 end as held
    from sums
    union all
    select account_id, authority, credit, 0,
      case when code in ('reservation', 'release') then 0 else fen end, 0
    from sums),
  totals as materialized (
    select account_id, authority, name, sum(debits) as debits, sum(credits) as credits,
      sum(held) as held
    from moves group by 1, 2, 3),
  written as (
    update subaccounts s
    set debits = s.debits + t.debits, credits = s.credits + t.credits, held = s.held + t.held
    from totals t
    where (s.account_id, s.authority, s.name) = (t.account_id, t.authority, t.name)
    returning 1),
  quarters as (
    insert into turnover as q (account_id, authority, quarter, received, held, paid)
    select s.account_id, s.authority, zp_quarter(s.at),
      sum(case when s.debit = 'source' then s.fen when s.credit = 'source' then -s.fen else 0 end),
      sum(case s.code when 'reservation' then s.fen when 'payment' then -s.fen
        when 'release' then -s.fen else 0 end),
      sum(case when s.code = 'payment' then s.fen when s.debit = 'paid' then -s.fen else 0 end)
    from sums s group by 1, 2, 3
    on conflict (account_id, quarter) do update set received = q.received + excluded.received,
      held = q.held + excluded.held, paid = q.paid + excluded.paid)
  select (select count(*) from totals), (select count(*) from written) into named, moved;
  if named <> moved then
    raise exception 'a transfer names no sub-account of its authority' using errcode = '23503',
      constraint = 'transfer_account';
  end if;
  return null;
end $$;
create trigger balances after insert on transfers referencing new table as fresh
  for each statement execute function keep_balances();

-- Who may move money of an authority. An organisation's or a person's own filing reserves, and gives
-- back what it reserved; it never sees an account.
create function zp_moves(authority text) returns boolean language sql stable parallel safe
  return (zp_role() in ('officer', 'finance') and authority = any (zp_reach()))
    or zp_role() in ('organisation', 'trainee') or zp_works_for('jobs');

-- Locks the accounts that lines may be paid from, in the order of ids, and says what is left in each.
create function lock_funds(funds text[], authorities text[], years integer[], purposes text[])
returns table (account_id uuid, fund text, authority text, year integer, purpose text, fen bigint)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  return query
  select a.id, a.fund, a.authority, a.year, a.purpose, s.credits - s.debits - s.held
  from subaccounts s join accounts a on a.id = s.account_id
  where s.name = 'available' and zp_moves(a.authority)
    and (a.fund, a.authority, a.year, a.purpose) in (
      select * from unnest(funds, authorities, years, purposes))
  order by s.account_id for update of s;
end $$;

-- How often the money of each line was given back before; lines without a past are left out, and null
-- is the answer where no line between the lowest and the highest has one: the ids of a claim's lines
-- were made together. Always by the index of what was given back: without statistics the planner
-- would read all transfers.
create function past_rounds(lines uuid[], lowest uuid, highest uuid) returns jsonb
language plpgsql stable security definer set search_path = public, pg_temp
set enable_seqscan = off as $$
begin
  if zp_role() is null or not exists (select 1 from transfers t
      where (t.code = 'release' or t.reverses is not null)
        and t.line_id between lowest and highest) then
    return null;
  end if;
  return (select jsonb_object_agg(p.line_id, p.rounds) from (
    select t.line_id, count(*) as rounds from transfers t
    where (t.code = 'release' or t.reverses is not null) and t.line_id = any (lines)
    group by t.line_id) p);
end $$;

-- Locks the accounts of transfers, in the order of ids, and says what each is and what became of it.
create function lock_transfers(ids uuid[])
returns table (id uuid, account_id uuid, authority text, debit text, credit text, fen bigint,
  code text, line_id uuid, round smallint, document_number text, resolved_by uuid,
  resolution text, reversed_by uuid)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
begin
  perform 1 from subaccounts s
  where s.name = 'available'
    and s.account_id in (select t.account_id from transfers t where t.id = any (ids))
  order by s.account_id for update;
  return query
    select t.id, t.account_id, t.authority, t.debit, t.credit, t.fen, t.code, t.line_id, t.round,
      t.document_number, r.id, r.code, u.id
    from transfers t
    left join transfers r on r.resolves = t.id
    left join transfers u on u.reverses = coalesce(r.id, t.id)
    where t.id = any (ids) and zp_moves(t.authority)
    order by t.id;
end $$;

-- The use of funds, for everyone: by fund and quarter, of all authorities and purposes together.
create function fund_use()
returns table (fund text, quarter text, received bigint, held bigint, paid bigint)
language sql stable security definer set search_path = public, pg_temp as $$
  select a.fund, q.quarter, sum(q.received)::bigint, sum(q.held)::bigint, sum(q.paid)::bigint
  from turnover q join accounts a on a.id = q.account_id
  where zp_role() is not null
  group by a.fund, q.quarter
$$;

-- Reach.
alter table fund_purposes enable row level security;
create policy seen on fund_purposes for select using (zp_role() is not null);
create policy permitted on fund_purposes for insert with check (zp_works_for('start'));
grant select, insert on fund_purposes to "$app";

alter table accounts enable row level security;
create policy seen on accounts for select using (
  zp_officer_of(authority) or zp_finance_of(authority) or zp_works_for('jobs', 'check'));
create policy opened on accounts for insert with check (
  zp_finance_of(authority) and opened_by = zp_subject());
grant select, insert on accounts to "$app";

alter table subaccounts enable row level security;
create policy seen on subaccounts for select using (
  zp_officer_of(authority) or zp_finance_of(authority) or zp_works_for('jobs', 'check'));
grant select on subaccounts to "$app";

alter table turnover enable row level security;
create policy seen on turnover for select using (
  zp_officer_of(authority) or zp_finance_of(authority) or zp_works_for('jobs', 'check'));
grant select on turnover to "$app";

alter table transfers enable row level security;
create policy seen on transfers for select using (
  zp_officer_of(authority) or zp_finance_of(authority) or zp_works_for('jobs', 'check'));
-- Who asks is read once a statement, not once a row: a batch has ten thousand.
create policy moved on transfers for insert with check (by_subject = (select zp_subject()) and (
  (select zp_works_for('jobs'))
  or (code in ('reservation', 'release') and (select zp_role() in ('organisation', 'trainee')))
  or ((select zp_role()) = 'finance' and authority = any ((select zp_reach())::text[]))
  or (code in ('reservation', 'release') and (select zp_role()) = 'officer'
    and authority = any ((select zp_reach())::text[]))));
grant select, insert on transfers to "$app";
