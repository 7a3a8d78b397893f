-- Who may teach and assess: one record an organisation, its roles by their standings -------------

create table organisations (
  id uuid primary key,
  authority text not null check (length(authority) = 6),
  credit_code text not null constraint organisation_once unique
    check (credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
  name text not null check (length(name) between 2 and 100),
  short_name text not null check (length(short_name) between 2 and 40),
  pinyin text not null check (length(pinyin) between 1 and 1000),
  nature text not null check (length(nature) <= 40),
  address text not null check (length(address) between 2 and 200),
  signer_sealed bytea not null,
  signer_phone_sealed bytea not null,
  registered_by text not null check (length(registered_by) <= 100),
  registered_at timestamptz not null,
  unique (authority, id)
);
create index organisations_by_pinyin on organisations (pinyin, id);

-- "From this day on." The state on a day is what the newest entry with a from_date up to it says, so
-- that a later entry overrules an earlier one and nothing is ever rewritten.
create table standings (
  id uuid primary key,
  authority text not null,
  organisation_id uuid not null,
  role text not null check (role in ('institution', 'assessor', 'employer')),
  number integer not null check (number between 1 and 999),
  state text not null check (state in ('applied', 'listed', 'suspended', 'removed', 'refused')),
  from_date date not null,
  reason text not null check (length(reason) between 2 and 500),
  document_number text check (length(document_number) between 2 and 100),
  by_subject text not null check (length(by_subject) <= 100),
  at timestamptz not null,
  foreign key (authority, organisation_id) references organisations (authority, id),
  constraint standing_number_once unique (organisation_id, role, number),
  check (state = 'applied' or document_number is not null)
);

-- What is subsidised ---------------------------------------------------------------------------

create table counters (
  name text primary key check (length(name) <= 40),
  last integer not null check (last between 0 and 9999)
);

-- A code is official with its document, or local; a local one never looks official.
create table subjects (
  code text primary key check (length(code) between 3 and 40),
  name text not null check (length(name) between 1 and 100),
  pinyin text not null check (length(pinyin) between 1 and 1000),
  code_source text not null check (code_source in ('official', 'local')),
  code_document text check (length(code_document) between 2 and 200),
  added_by text not null check (length(added_by) <= 100),
  added_at timestamptz not null,
  check ((code_source = 'local') = (code like 'L-%')),
  check ((code_source = 'official') = (code_document is not null))
);
create unique index subject_local_once on subjects (name) where code_source = 'local';

create table offerings (
  id uuid primary key,
  kind text not null check (length(kind) <= 40),
  subject_code text not null references subjects (code),
  level integer check (level between 1 and 5),
  hours integer not null check (hours between 1 and 6000),
  practice_hours integer check (practice_hours between 0 and hours),
  certificate_kind text not null check (length(certificate_kind) <= 40),
  targets text[] check (cardinality(targets) between 1 and 60),
  created_by text not null check (length(created_by) <= 100),
  created_at timestamptz not null,
  withdrawn_from date,
  withdrawn_by text check (length(withdrawn_by) <= 100),
  withdrawal_reason text check (length(withdrawal_reason) between 2 and 500),
  withdrawal_document text check (length(withdrawal_document) between 2 and 100),
  check (num_nulls(withdrawn_from, withdrawn_by, withdrawal_reason, withdrawal_document) in (0, 4))
);
create unique index offering_once
  on offerings (kind, subject_code, coalesce(level, 0), certificate_kind, hours)
  where withdrawn_from is null;

create table rates (
  id uuid primary key,
  authority text not null check (length(authority) = 6),
  offering_id uuid not null references offerings (id),
  fen_per_person bigint not null check (fen_per_person between 1 and 10000000),
  from_date date not null,
  document_number text not null check (length(document_number) between 2 and 100),
  entered_by text not null check (length(entered_by) <= 100),
  entered_at timestamptz not null,
  confirmed_by text check (length(confirmed_by) <= 100),
  confirmed_at timestamptz,
  constraint rate_two_persons check (confirmed_by <> entered_by),
  check ((confirmed_by is null) = (confirmed_at is null))
);
create unique index rate_confirmed_once
  on rates (offering_id, authority, from_date) where confirmed_at is not null;
create index rates_by_offering on rates (offering_id, authority, from_date);

-- What an organisation may teach or assess, and when ---------------------------------------------

create table licences (
  id uuid primary key,
  authority text not null,
  organisation_id uuid not null,
  role text not null check (role in ('institution', 'assessor')),
  kind text not null check (length(kind) <= 40),
  subject_code text references subjects (code),
  level_max integer check (level_max between 1 and 5),
  from_date date not null,
  to_date date not null check (to_date >= from_date),
  document_number text not null check (length(document_number) between 2 and 100),
  granted_by text not null check (length(granted_by) <= 100),
  granted_at timestamptz not null,
  ended_by text check (length(ended_by) <= 100),
  ended_at timestamptz,
  end_reason text check (length(end_reason) between 2 and 500),
  end_document text check (length(end_document) between 2 and 100),
  foreign key (authority, organisation_id) references organisations (authority, id),
  check (num_nulls(ended_by, ended_at, end_reason, end_document) in (0, 4)),
  constraint licence_overlap exclude using gist (
    organisation_id with =, role with =, kind with =, (coalesce(subject_code, '')) with =,
    daterange(from_date, to_date, '[]') with &&)
);
create index licences_by_organisation on licences (organisation_id, from_date, id);

-- The buyer's authority owns a commission; the organisation may belong to another.
create table commissions (
  id uuid primary key,
  authority text not null check (length(authority) = 6),
  organisation_id uuid not null,
  organisation_authority text not null,
  organisation_name text not null check (length(organisation_name) between 2 and 100),
  offering_id uuid not null references offerings (id),
  target text not null check (length(target) <= 60),
  places integer not null check (places between 1 and 10000),
  price_fen_per_person bigint not null check (price_fen_per_person between 1 and 10000000),
  document_number text not null check (length(document_number) between 2 and 100),
  from_date date not null,
  to_date date not null check (to_date >= from_date),
  made_by text not null check (length(made_by) <= 100),
  made_at timestamptz not null,
  unique (authority, id),
  foreign key (organisation_authority, organisation_id) references organisations (authority, id),
  constraint commission_document_once unique (authority, document_number, offering_id)
);
create index commissions_by_organisation on commissions (organisation_id, from_date, id);
create index commissions_by_authority on commissions (authority, from_date, id);

-- What was published -----------------------------------------------------------------------------

create table editions (
  id uuid primary key,
  directory text not null check (directory in ('institutions', 'assessors', 'offerings')),
  number integer not null check (number > 0),
  published_on date not null,
  published_at timestamptz not null,
  published_by text not null check (length(published_by) <= 100),
  entries integer not null check (entries >= 0),
  body bytea not null,
  sha256 bytea not null check (sha256 = sha256(body)),
  difference jsonb not null,
  constraint edition_number_once unique (directory, number)
);

create table edition_entries (
  directory text not null,
  number integer not null,
  entry_id uuid not null,
  primary key (directory, number, entry_id),
  foreign key (directory, number) references editions (directory, number)
);
