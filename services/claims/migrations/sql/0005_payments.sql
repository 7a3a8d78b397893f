-- Payments: intent first, file second, booked by the bank's return only. DESIGN 5, 6.
-- A batch is what one releaser lets out: payable lines of one fund, authority and kind of payee. Its rows
-- are stored before any account is read, its file is built once from them, and nothing is paid before
-- the bank says so.
create table payment_batches (
  id uuid primary key,
  code text not null constraint batch_code_once unique check (code ~ '^[0-9A-Z]{10}$'),
  authority text not null check (length(authority) <= 12),
  fund text not null check (length(fund) between 1 and 60),
  payee_kind text not null check (payee_kind in ('institution', 'employer', 'person')),
  reissue_of uuid,
  state text not null check (state in ('created', 'issued', 'settled', 'cancelled')),
  released_by text not null check (length(released_by) <= 100),
  created_at timestamptz not null,
  -- Control totals: of all rows, and of those that went into the file.
  lines integer not null check (lines > 0),
  fen bigint not null check (fen > 0),
  digest bytea not null check (length(digest) = 32),
  file_lines integer check (file_lines >= 0),
  file_fen bigint check (file_fen >= 0),
  issued_by text check (length(issued_by) <= 100),
  issued_at timestamptz,
  settled_at timestamptz,
  constraint batch_owned unique (id, authority),
  foreign key (reissue_of, authority) references payment_batches (id, authority),
  constraint batch_issued check ((issued_by is null) = (issued_at is null)
    and (issued_by is null) = (file_lines is null) and (issued_by is null) = (file_fen is null)
    and (state in ('issued', 'settled')) = (issued_by is not null))
);
create index batches_by_authority on payment_batches (authority, created_at, id);
create index batches_reissuing on payment_batches (reissue_of) where reissue_of is not null;

-- One attempt to pay one claim line. `outcome` is empty while it is with us or the bank, then one word,
-- once: only a payment that the bank gave back later has a second.
create table payment_lines (
  id uuid primary key,
  batch_id uuid not null,
  authority text not null,
  row_no integer not null check (row_no > 0),
  line_id uuid not null references claim_lines (id),
  class_id uuid not null,
  payee_kind text not null,
  payee_id uuid not null,
  fen bigint not null check (fen > 0),
  previous uuid references payment_lines (id),
  submitted_by text not null,
  reviewed_by text[] not null,
  released_by text not null,
  account_ref uuid,
  outcome text check (outcome in ('paid', 'rejected', 'dropped', 'cancelled', 'bounced')),
  reason text check (length(reason) <= 40),
  outcome_at timestamptz,
  return_id uuid,
  document_number text check (length(document_number) between 2 and 100),
  foreign key (batch_id, authority) references payment_batches (id, authority),
  constraint payment_row_once unique (batch_id, row_no),
  constraint payment_three_persons check (released_by <> submitted_by
    and released_by <> all (reviewed_by) and submitted_by <> all (reviewed_by)),
  constraint payment_outcome check ((outcome is null) = (outcome_at is null)
    and (outcome in ('rejected', 'dropped', 'bounced')) = (reason is not null)
    and (outcome in ('paid', 'rejected', 'bounced')) = (return_id is not null)
    and (outcome = 'bounced') = (document_number is not null))
) with (fillfactor = 80);
-- The promise that nothing is paid twice: one attempt of a line lives at a time.
create unique index payment_live_once on payment_lines (line_id)
  where outcome is null or outcome = 'paid';
-- What came back is sent again once; what came back of that again, once more.
create unique index payment_reissued_once on payment_lines (previous)
  where outcome is distinct from 'cancelled';
create index payments_by_line on payment_lines (line_id);
create index payments_by_payee on payment_lines (payee_id, id);

-- What was issued, sealed, once for each form, until its retention ends.
create table payment_files (
  id uuid primary key,
  batch_id uuid not null,
  authority text not null,
  form text not null check (form in ('csv', 'xlsx')),
  bytes_sealed bytea not null,
  sha256 bytea not null check (length(sha256) = 32),
  size integer not null check (size between 1 and 67108864),
  issued_at timestamptz not null,
  retained_until date not null,
  foreign key (batch_id, authority) references payment_batches (id, authority),
  constraint file_issued_once unique (batch_id, form)
);
alter table payment_files alter column bytes_sealed set storage external;

create table bank_returns (
  id uuid primary key,
  batch_id uuid not null,
  authority text not null,
  sha256 bytea not null check (length(sha256) = 32),
  -- Null once its retention is over.
  bytes_sealed bytea,
  form text not null check (form in ('csv', 'xlsx', 'json')),
  rows integer not null check (rows >= 0),
  paid integer not null,
  rejected integer not null,
  duplicates integer not null,
  unknown integer not null,
  paid_fen bigint not null,
  rejected_fen bigint not null,
  received_by text not null check (length(received_by) <= 100),
  received_at timestamptz not null,
  retained_until date not null,
  foreign key (batch_id, authority) references payment_batches (id, authority),
  constraint return_whole check (rows = paid + rejected + duplicates + unknown),
  constraint return_once unique (batch_id, sha256)
);
alter table bank_returns alter column bytes_sealed set storage external;
alter table payment_lines add foreign key (return_id) references bank_returns (id);

-- Rows that moved nothing because they cannot be ours as they stand; looked at by people.
create table bank_return_unknowns (
  return_id uuid not null references bank_returns (id),
  row_no integer not null,
  batch_id uuid not null,
  authority text not null,
  why text not null check (length(why) <= 40),
  payment_line_id uuid references payment_lines (id),
  row_sealed bytea,
  primary key (return_id, row_no),
  foreign key (batch_id, authority) references payment_batches (id, authority)
);
create index unknowns_by_batch on bank_return_unknowns (batch_id);

-- Lines whose ground fell: paid ones are to be recovered, the others are voided. `days` are the days of
-- an allowance that fell, empty where the whole line did. An entry whose ground came back is withdrawn by
-- another than who noted it and stays in history; what falls again is noted anew. No voided class returns.
create table lost_grounds (
  id uuid primary key default gen_random_uuid(),
  line_id uuid not null references claim_lines (id),
  authority text not null,
  organisation_id uuid,
  class_id uuid not null,
  payee_kind text,
  payee_id uuid,
  fen bigint not null,
  reason text not null check (length(reason) between 2 and 200),
  document_number text check (length(document_number) between 2 and 100),
  noted_by text not null check (length(noted_by) <= 100),
  noted_at timestamptz not null,
  days date[] not null default '{}',
  class_voided boolean not null default false,
  withdrawn_by text check (length(withdrawn_by) <= 100),
  withdrawn_at timestamptz,
  withdrawal_reason text check (length(withdrawal_reason) between 2 and 200),
  withdrawal_document text check (length(withdrawal_document) between 2 and 100),
  constraint ground_withdrawn_whole check (
    num_nonnulls(withdrawn_by, withdrawn_at, withdrawal_reason, withdrawal_document) in (0, 4)),
  constraint ground_two_people check (withdrawn_by <> noted_by),
  constraint ground_may_return check (withdrawn_at is null or not class_voided)
);
create unique index lost_live_once on lost_grounds (line_id) where withdrawn_at is null;
create index lost_by_line on lost_grounds (line_id);
create index lost_by_authority on lost_grounds (authority, noted_at, line_id);

-- Gathers a batch's rows out of payable lines, or out of what came back of an earlier batch, and says
-- the control totals. Lines that the releaser filed or reviewed stay for another releaser.
create function open_payment_batch(batch_ uuid, code_ text, authority_ text, fund_ text, kind_ text,
  reissue uuid, most integer, at_ timestamptz)
returns table (line_id uuid) language plpgsql volatile
security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if not coalesce(zp_finance_of(authority_), false) then
    raise exception 'not this caller''s money' using errcode = '42501';
  end if;
  create temp table gathered on commit drop as
    with picked as materialized (
      select l.id, l.class_id, l.payee_id, l.amount_fen, l.submitted_by
      from claim_lines l
      where l.state = 'payable' and l.authority = authority_ and l.fund = fund_
        and l.payee_kind = kind_ and l.submitted_by <> zp_subject()
        and exists (select 1 from line_reviews r where r.line_id = l.id
          and r.reviewed_by <> zp_subject() and r.looked_by is distinct from zp_subject())
        and not exists (
          select 1 from lost_grounds g where g.line_id = l.id and g.withdrawn_at is null)
        and case when reissue is null
          then not exists (select 1 from payment_lines p
            where p.line_id = l.id and p.outcome is distinct from 'cancelled')
          else exists (select 1 from payment_lines p where p.line_id = l.id and p.batch_id = reissue
            and p.outcome in ('rejected', 'dropped', 'bounced')
            and not exists (select 1 from payment_lines n
              where n.previous = p.id and n.outcome is distinct from 'cancelled')) end
      order by l.id limit most for update of l)
    select p.*, array_remove(array[r.reviewed_by, r.looked_by], null) as reviewers,
      row_number() over (order by p.payee_id, p.id)::integer as n
    from picked p join line_reviews r on r.line_id = p.id;
  if not exists (select 1 from gathered) then
    return;
  end if;
  insert into payment_batches (id, code, authority, fund, payee_kind, reissue_of, state, released_by,
    created_at, lines, fen, digest)
  select batch_, code_, authority_, fund_, kind_, reissue, 'created', zp_subject(), at_,
    count(*), sum(g.amount_fen),
    sha256(convert_to(string_agg(g.n || ' ' || g.id || ' ' || g.payee_id || ' ' || g.amount_fen, E'\n'
      order by g.n), 'UTF8'))
  from gathered g;
  insert into payment_lines (id, batch_id, authority, row_no, line_id, class_id, payee_kind, payee_id,
    fen, previous, submitted_by, reviewed_by, released_by)
  select gen_random_uuid(), batch_, authority_, g.n, g.id, g.class_id, kind_, g.payee_id,
    g.amount_fen, (select p.id from payment_lines p where p.line_id = g.id and p.batch_id = reissue),
    g.submitted_by, g.reviewers, zp_subject()
  from gathered g order by g.n;
  return query select g.id from gathered g order by g.id;
  drop table gathered;
end $$;

-- A line is at the bank exactly while an attempt to pay it lives, and paid exactly while one succeeded.
create function keep_payment() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  now_ text;
  attempt text;
begin
  select l.state, (select coalesce(p.outcome, 'open') from payment_lines p
      where p.line_id = l.id and (p.outcome is null or p.outcome = 'paid') and p.fen = l.amount_fen)
    into now_, attempt
  from claim_lines l where l.id = new.id;
  if coalesce(attempt, 'none') <> (case now_ when 'batched' then 'open' when 'paid' then 'paid'
      else 'none' end) then
    raise exception 'the payment of the line says otherwise' using errcode = '23514',
      constraint = 'line_payment';
  end if;
  return null;
end $$;
create constraint trigger payment_agrees after update of state on claim_lines
  deferrable initially deferred for each row
  when (old.state in ('batched', 'paid') or new.state in ('batched', 'paid'))
  execute function keep_payment();

-- Notes that the ground of lines fell, told by the registry's feed: of a class, of a place, or of one
-- day that an allowance paid. Each is what fell: class_id or enrolment_id with provision and day, reason.
create function lose_grounds(fallen jsonb, at_ timestamptz)
returns table (line_id uuid, authority text, organisation_id uuid, fen bigint, state text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  if not coalesce(zp_works_for('reader'), false) then
    raise exception 'for the reader of the feed only' using errcode = '42501';
  end if;
  return query
    with told as materialized (
      select * from jsonb_to_recordset(fallen)
        as f(class_id uuid, enrolment_id uuid, provision text, day date, reason text)),
    hit as materialized (
      select l.id, min(f.reason) as reason, g.fen as before,
        bool_or(f.class_id is not null) as class_voided,
        case when bool_or(f.day is null) then '{}'::date[] else array_agg(distinct f.day) end as days
      from told f
      join claim_lines l on l.class_id = f.class_id
        or (l.enrolment_id = f.enrolment_id and l.provision = f.provision)
      left join lost_grounds g on g.line_id = l.id and g.withdrawn_at is null
      where l.state not in ('refused', 'voided', 'returned', 'withdrawn')
        and (f.day is null or exists (
          select 1 from allowance_days d where d.line_id = l.id and d.day = f.day))
      group by l.id, g.fen),
    noted as (
      insert into lost_grounds as g (line_id, authority, organisation_id, class_id, payee_kind, payee_id,
        fen, reason, document_number, noted_by, noted_at, days, class_voided)
      select l.id, l.authority, l.organisation_id, l.class_id, l.payee_kind, l.payee_id,
        case when cardinality(h.days) = 0 then l.amount_fen else
          l.amount_fen / (select count(*) from allowance_days d where d.line_id = l.id)
            * cardinality(h.days) end,
        h.reason, null, zp_subject(), at_, h.days, h.class_voided
      from hit h join claim_lines l on l.id = h.id
      on conflict (line_id) where withdrawn_at is null do update set
        class_voided = g.class_voided or excluded.class_voided,
        fen = case when cardinality(excluded.days) = 0 then excluded.fen else
          excluded.fen / cardinality(excluded.days)
            * (select count(distinct d) from unnest(g.days || excluded.days) d) end,
        days = case when cardinality(excluded.days) = 0 then excluded.days else
          array(select distinct d from unnest(g.days || excluded.days) d order by d) end
      where (cardinality(g.days) > 0
          and (cardinality(excluded.days) = 0 or not excluded.days <@ g.days))
        or (excluded.class_voided and not g.class_voided)
      returning g.line_id, g.authority, g.organisation_id, g.fen)
    select n.line_id, n.authority, n.organisation_id, n.fen - coalesce(h.before, 0), l.state
    from noted n join hit h on h.id = n.line_id join claim_lines l on l.id = n.line_id
    where h.before is null or n.fen <> h.before;
end $$;

-- Reach: money offices of the authority, the payee for its own; files for the money office alone.
alter table payment_batches enable row level security;
create policy seen on payment_batches for select using (
  zp_office_of(authority) or zp_works_for('jobs', 'check'));
create policy moved on payment_batches for update using (zp_finance_of(authority));
grant select on payment_batches to "$app";
grant update (state, file_lines, file_fen, issued_by, issued_at, settled_at)
  on payment_batches to "$app";

alter table payment_lines enable row level security;
create policy seen on payment_lines for select using (
  zp_office_of(authority) or zp_works_for('jobs', 'check')
  or (payee_kind <> 'person' and zp_at_home(payee_id))
  or (payee_kind = 'person' and zp_self(payee_id)));
create policy settled on payment_lines for update using (zp_finance_of(authority));
grant select on payment_lines to "$app";
grant update (account_ref, outcome, reason, outcome_at, return_id, document_number)
  on payment_lines to "$app";

alter table payment_files enable row level security;
create policy seen on payment_files for select using (zp_finance_of(authority));
create policy issued on payment_files for insert with check (zp_finance_of(authority));
create policy erased on payment_files for delete using (zp_works_for('jobs'));
create policy ending on payment_files for select using (zp_works_for('jobs', 'check'));
grant select, insert, delete on payment_files to "$app";

alter table bank_returns enable row level security;
create policy seen on bank_returns for select using (
  zp_finance_of(authority) or zp_works_for('check'));
create policy received on bank_returns for insert with check (
  zp_finance_of(authority) and received_by = zp_subject());
create policy ending on bank_returns for select using (zp_works_for('jobs'));
create policy erased on bank_returns for update using (zp_works_for('jobs'))
  with check (bytes_sealed is null);
grant select, insert on bank_returns to "$app";
grant update (bytes_sealed) on bank_returns to "$app";

alter table bank_return_unknowns enable row level security;
create policy seen on bank_return_unknowns for select using (
  zp_finance_of(authority) or zp_works_for('check'));
create policy held on bank_return_unknowns for insert with check (zp_finance_of(authority));
create policy ending on bank_return_unknowns for select using (zp_works_for('jobs'));
create policy erased on bank_return_unknowns for update using (zp_works_for('jobs'))
  with check (row_sealed is null);
grant select, insert on bank_return_unknowns to "$app";
grant update (row_sealed) on bank_return_unknowns to "$app";

alter table lost_grounds enable row level security;
create policy seen on lost_grounds for select using (
  zp_office_of(authority) or zp_works_for('jobs', 'check'));
create policy noted on lost_grounds for insert with check (
  (zp_decides_for(authority) or zp_finance_of(authority)) and noted_by = zp_subject());
create policy withdrawn on lost_grounds for update using (
  zp_decides_for(authority) or zp_finance_of(authority)) with check (withdrawn_by = zp_subject());
create policy locked on lost_grounds for update using (zp_works_for('jobs')) with check (false);
grant select, insert on lost_grounds to "$app";
grant update (withdrawn_by, withdrawn_at, withdrawal_reason, withdrawal_document)
  on lost_grounds to "$app";

-- What an organisation was paid and is to be paid, by class: sums, never a person's state.
create function payment_sums() returns table (batch_code text, class_id uuid, fund text, state text,
  lines bigint, fen bigint, on_ date) language sql stable
security definer set search_path = public, pg_temp as $$
  select b.code, p.class_id, b.fund,
    case when p.outcome is null then 'at_bank' when p.outcome = 'paid' then 'paid'
      else 'came_back' end,
    count(*), sum(p.fen)::bigint, max(coalesce(p.outcome_at, b.issued_at, b.created_at)
      at time zone 'Asia/Shanghai')::date
  from payment_lines p join payment_batches b on b.id = p.batch_id
  where p.payee_kind <> 'person' and zp_at_home(p.payee_id)
    and p.outcome is distinct from 'cancelled'
    and not exists (select 1 from payment_lines n
      where n.previous = p.id and n.outcome is distinct from 'cancelled')
  group by 1, 2, 3, 4
$$;

-- The same for a person, each payment of the own.
create function own_payments() returns table (batch_code text, class_id uuid, fund text, fen bigint,
  outcome text, reason text, on_ date) language sql stable
security definer set search_path = public, pg_temp as $$
  select b.code, p.class_id, b.fund, p.fen, p.outcome, p.reason,
    (coalesce(p.outcome_at, b.issued_at, b.created_at) at time zone 'Asia/Shanghai')::date
  from payment_lines p join payment_batches b on b.id = p.batch_id
  where p.payee_kind = 'person' and zp_self(p.payee_id)
    and p.outcome is distinct from 'cancelled'
    and not exists (select 1 from payment_lines n
      where n.previous = p.id and n.outcome is distinct from 'cancelled')
  order by p.id
$$;
