-- Bank accounts of organisations: entered by the organisation, confirmed by an officer of its authority
-- who types the number again from the paper. Nothing is overwritten: the older ones are the history.
create table organisation_accounts (
  id uuid primary key,
  authority text not null,
  organisation_id uuid not null,
  bank_sealed bytea not null,
  number_sealed bytea not null,
  entered_by text not null check (length(entered_by) <= 100),
  entered_at timestamptz not null,
  confirmed_by text check (length(confirmed_by) <= 100),
  confirmed_at timestamptz,
  ended_at timestamptz,
  foreign key (organisation_id, authority) references organisations (id, authority),
  constraint account_two_persons check (confirmed_by <> entered_by),
  constraint account_confirmed_by_one check ((confirmed_by is null) = (confirmed_at is null))
);
-- One account is paid to, and at most one waits for its confirmation.
create unique index account_current_once on organisation_accounts (organisation_id)
  where confirmed_at is not null and ended_at is null;
create unique index account_waiting_once on organisation_accounts (organisation_id)
  where confirmed_at is null and ended_at is null;
create index accounts_by_organisation on organisation_accounts (organisation_id, entered_at, id);

alter table organisation_accounts enable row level security;
create policy seen on organisation_accounts for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_works_for('check')
  or (zp_works_for('bank_file') and confirmed_at is not null and ended_at is null));
create policy entered on organisation_accounts for insert with check (
  zp_at_home(organisation_id) and entered_by = zp_subject() and confirmed_by is null
  and ended_at is null);
-- The organisation withdraws what waits; the officer confirms, which ends the one before.
create policy replaced on organisation_accounts for update using (
  zp_at_home(organisation_id) and confirmed_at is null)
  with check (zp_at_home(organisation_id) and confirmed_at is null and ended_at is not null);
create policy confirmed on organisation_accounts for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and (confirmed_by = zp_subject() or ended_at is not null));
grant select, insert on organisation_accounts to "$app";
grant update (confirmed_by, confirmed_at, ended_at) on organisation_accounts to "$app";

-- Money for an organisation goes to an account in its own name: the name is read with the account.
create policy paid_to on organisations for select using (zp_works_for('bank_file'));
