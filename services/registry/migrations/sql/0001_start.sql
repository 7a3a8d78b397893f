-- Classes and what happens in them -----------------------------------------------------------

create table class_numbers (
  authority text not null,
  year integer not null,
  last integer not null check (last between 1 and 9999),
  primary key (authority, year)
);
grant select, insert, update on class_numbers to "$app";

create table training_classes (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  organisation_id uuid not null,
  code text not null constraint class_code_once unique check (length(code) <= 40),
  name text not null check (length(name) between 2 and 100),
  basis text not null check (basis in ('commission', 'directory', 'agreement')),
  route text not null check (route in ('commitment', 'documents')),
  commission_id uuid,
  agreement_number text check (length(agreement_number) <= 100),
  target text not null check (length(target) <= 60),
  offering_id uuid not null,
  edition integer not null check (edition > 0),
  kind text not null check (length(kind) <= 40),
  subject_code text not null check (length(subject_code) <= 40),
  subject_name text not null check (length(subject_name) <= 100),
  level integer check (level between 1 and 5),
  certificate_kind text not null check (length(certificate_kind) <= 40),
  hours integer not null check (hours between 1 and 6000),
  place text not null check (length(place) <= 200),
  outside boolean not null default false,
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  capacity integer not null check (capacity between 1 and 50),
  taken integer not null default 0,
  listed boolean not null default false,
  state text not null check (state in ('submitted', 'accepted', 'returned', 'withdrawn', 'voided')),
  held_since timestamptz,
  released_at timestamptz,
  assessor_id uuid,
  assessment_on date,
  started_at timestamptz,
  closed_at timestamptz,
  filed_by text not null,
  filed_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  decision_reason text check (length(decision_reason) <= 500),
  unique (authority, id),
  check ((basis = 'commission') = (commission_id is not null)),
  check ((basis = 'agreement') = (agreement_number is not null)),
  check (route = 'documents' or basis = 'commission'),
  check (assessor_id is distinct from organisation_id),
  constraint class_full check (taken between 0 and capacity)
);
create index classes_by_authority on training_classes (authority, starts_on, id);
create index classes_by_organisation on training_classes (organisation_id, starts_on, id);
create index classes_by_assessor on training_classes (assessor_id) where assessor_id is not null;
create index classes_due on training_classes (starts_on) where closed_at is null;

create table class_commitments (
  class_id uuid primary key,
  authority text not null,
  organisation_id uuid not null,
  matter text not null,
  version text not null,
  language text not null,
  text_sha256 bytea not null check (length(text_sha256) = 32),
  signer_sealed bytea not null,
  statements jsonb not null,
  by_subject text not null,
  at timestamptz not null,
  foreign key (authority, class_id) references training_classes (authority, id)
);

create table class_documents (
  id uuid primary key,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  title text not null check (length(title) <= 200),
  number text check (length(number) <= 100),
  sha256 bytea not null check (length(sha256) = 32),
  at timestamptz not null,
  foreign key (authority, class_id) references training_classes (authority, id)
);

create table sessions (
  id uuid primary key,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  number integer not null check (number between 1 and 2000),
  during tstzrange not null check (not isempty(during) and lower_inc(during) and not upper_inc(during)),
  hours integer not null check (hours between 1 and 12),
  topic text not null check (length(topic) <= 200),
  place text not null check (length(place) <= 200),
  state text not null default 'planned' check (state in ('planned', 'held', 'cancelled')),
  sheet_by text,
  sheet_at timestamptz,
  unique (class_id, number),
  unique (authority, id),
  foreign key (authority, class_id) references training_classes (authority, id),
  check ((state = 'held') = (sheet_at is not null))
);
-- One class teaches one session at a time.
alter table sessions add constraint sessions_overlap
  exclude using gist (class_id with =, during with &&) where (state <> 'cancelled');
create index sessions_by_class on sessions (class_id, number);

-- People ---------------------------------------------------------------------------------------

create table trainees (
  id uuid primary key,
  name_sealed bytea not null,
  name_index bytea not null check (length(name_index) = 16),
  id_sealed bytea not null,
  id_index bytea not null constraint trainee_once unique check (length(id_index) = 16),
  phone_sealed bytea,
  language text not null default 'zh-Hans' check (language in ('zh-Hans', 'ug', 'en')),
  created_at timestamptz not null
);

create table name_conflicts (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  authority text not null,
  name_sealed bytea not null,
  name_index bytea not null check (length(name_index) = 16),
  at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'kept', 'changed')),
  decided_by text,
  decided_at timestamptz,
  decision_reason text check (length(decision_reason) <= 500),
  unique (trainee_id, name_index)
);
create index conflicts_by_authority on name_conflicts (authority, at, id);

create table binding_codes (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  code_index bytea not null unique check (length(code_index) = 16),
  made_by text not null,
  office text not null,
  authority text not null,
  made_at timestamptz not null,
  until timestamptz not null,
  second_by text,
  second_office text,
  second_at timestamptz,
  login_id uuid,
  redeemed_at timestamptz,
  constraint code_two_offices check (second_by is null
    or (second_by <> made_by and second_office is not null and second_office <> office))
);
-- One office binds a person once; every later log-in of theirs takes two.
create unique index bound_once_by_one_office on binding_codes (trainee_id)
  where redeemed_at is not null and second_by is null;
create index binding_codes_by_trainee on binding_codes (trainee_id);

create table rosters (
  id uuid primary key,
  organisation_id uuid not null,
  file_index bytea not null check (length(file_index) = 16),
  kind text not null check (length(kind) <= 10),
  rows_received integer not null check (rows_received >= 0),
  rows_accepted integer not null check (rows_accepted >= 0),
  rows_rejected_by_code jsonb not null default '{}',
  dropped_columns text[] not null default '{}',
  notes jsonb not null default '[]',
  -- Row number, column and code of the first faults: emptied when the rows are erased.
  faults jsonb not null default '[]',
  by_subject text not null,
  at timestamptz not null,
  constraint roster_once unique (organisation_id, file_index)
);
create index rosters_by_organisation on rosters (organisation_id, at, id);
create index rosters_with_faults on rosters (id) where faults <> '[]';

-- The marked rows of a roster, sealed, per class: erased when that class starts.
create table roster_results (
  id uuid primary key,
  roster_id uuid not null references rosters (id),
  organisation_id uuid not null,
  class_id uuid references training_classes (id),
  rows_sealed bytea not null,
  erase_after timestamptz not null
);
create index roster_results_by_class on roster_results (class_id);
create index roster_results_by_roster on roster_results (roster_id);
create index roster_results_due on roster_results (erase_after);

-- COPY does not enter a table with row security: sealed values pass through here within one
-- transaction and are deleted by `admit_roster`. The app role may only insert.
create unlogged table roster_staging (
  roster_id uuid not null,
  row_no integer not null,
  class_id uuid not null,
  trainee_id uuid not null,
  invitation_id uuid not null,
  name_sealed bytea not null,
  name_index bytea not null,
  id_sealed bytea not null,
  id_index bytea not null,
  phone_sealed bytea,
  invited_name_sealed bytea not null
);
grant insert on roster_staging to "$app";

create table invitations (
  id uuid primary key,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  trainee_id uuid not null references trainees (id),
  roster_id uuid not null references rosters (id),
  name_sealed bytea not null,
  at timestamptz not null,
  reminded_at timestamptz,
  constraint invited_once unique (class_id, trainee_id),
  foreign key (authority, class_id) references training_classes (authority, id)
);
create index invitations_by_trainee on invitations (trainee_id);

-- A decline lives here until the class starts, seen by nobody but the person.
create table declines (
  class_id uuid not null references training_classes (id),
  trainee_id uuid not null references trainees (id),
  at timestamptz not null,
  primary key (class_id, trainee_id)
);

create table enrolments (
  id uuid primary key,
  hold uuid not null default gen_random_uuid() constraint hold_once unique,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  trainee_id uuid not null references trainees (id),
  name_sealed bytea not null,
  confirmed_at timestamptz not null,
  left_at timestamptz,
  started boolean not null default false,
  hours_attended integer not null default 0 check (hours_attended >= 0),
  completed boolean not null default false,
  unique (authority, id),
  foreign key (authority, class_id) references training_classes (authority, id),
  constraint left_or_completed check (not (completed and left_at is not null))
);
-- Who has left may come back while the class has not started: that is a new place.
create unique index enrolled_once on enrolments (class_id, trainee_id) where left_at is null;
create index enrolments_by_trainee on enrolments (trainee_id);

create table confirmations (
  enrolment_id uuid primary key references enrolments (id),
  trainee_id uuid not null references trainees (id),
  channel text not null check (channel in ('wechat', 'paper')),
  matter text not null,
  version text not null,
  language text not null,
  text_sha256 bytea not null check (length(text_sha256) = 32),
  login_id uuid,
  device_index bytea check (length(device_index) = 16),
  network_index bytea check (length(network_index) = 16),
  guardian_sealed bytea,
  paper_id uuid,
  at timestamptz not null,
  check ((channel = 'wechat') = (login_id is not null)),
  check ((channel = 'paper') = (paper_id is not null))
);
create index confirmations_by_device on confirmations (device_index, at);
create index confirmations_by_network on confirmations (network_index, at);

-- A confirmation on paper: two officers of different offices; the person is told and may undo it.
create table paper_confirmations (
  id uuid primary key,
  class_id uuid not null,
  authority text not null,
  trainee_id uuid not null references trainees (id),
  version text not null,
  language text not null,
  text_sha256 bytea not null check (length(text_sha256) = 32),
  image_sha256 bytea not null check (length(image_sha256) = 32),
  guardian_sealed bytea,
  first_by text not null,
  first_office text not null,
  first_at timestamptz not null,
  second_by text,
  second_office text,
  second_at timestamptz,
  foreign key (authority, class_id) references training_classes (authority, id),
  constraint two_offices check (second_by is null
    or (second_by <> first_by and second_office <> first_office))
);

create unique index paper_once on paper_confirmations (class_id, trainee_id)
  where second_by is null;

-- A person sits in one room at a time: kept by the database.
create table occupied (
  enrolment_id uuid not null references enrolments (id),
  session_id uuid not null references sessions (id),
  trainee_id uuid not null,
  during tstzrange not null,
  primary key (enrolment_id, session_id),
  constraint one_room_at_a_time exclude using gist (trainee_id with =, during with &&)
);
create index occupied_by_session on occupied (session_id);

-- Attendance, results, certificates ------------------------------------------------------------

create table attendance (
  session_id uuid not null,
  enrolment_id uuid not null,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  trainee_id uuid not null,
  present boolean not null,
  by_subject text not null,
  at timestamptz not null,
  primary key (session_id, enrolment_id),
  foreign key (authority, session_id) references sessions (authority, id),
  foreign key (authority, enrolment_id) references enrolments (authority, id)
);
create index attendance_by_enrolment on attendance (enrolment_id);

create table attendance_corrections (
  id uuid primary key,
  session_id uuid not null,
  enrolment_id uuid not null,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  present boolean not null,
  reason text not null check (length(reason) between 2 and 500),
  asked_by text not null,
  asked_at timestamptz not null,
  state text not null default 'asked' check (state in ('asked', 'approved', 'returned')),
  decided_by text,
  decided_at timestamptz,
  decision_reason text check (length(decision_reason) <= 500),
  foreign key (authority, session_id) references sessions (authority, id),
  foreign key (authority, enrolment_id) references enrolments (authority, id),
  check ((state = 'asked') = (decided_by is null)),
  constraint second_person check (decided_by is distinct from asked_by)
);
create unique index correction_open on attendance_corrections (session_id, enrolment_id)
  where state = 'asked';
create index corrections_by_authority on attendance_corrections (authority, asked_at, id);

create table results (
  id uuid primary key,
  enrolment_id uuid not null,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  assessor_id uuid,
  trainee_id uuid not null,
  attempt integer not null check (attempt between 1 and 3),
  outcome text not null check (outcome in ('passed', 'failed', 'absent')),
  score integer check (score between 0 and 100),
  assessed_on date not null,
  by_subject text not null,
  at timestamptz not null,
  constraint result_once unique (enrolment_id, attempt),
  foreign key (authority, enrolment_id) references enrolments (authority, id),
  foreign key (authority, class_id) references training_classes (authority, id)
);
create index results_by_class on results (class_id);

create table certificate_serials (
  authority text not null,
  year integer not null,
  last integer not null check (last between 1 and 999999),
  primary key (authority, year)
);
grant select, insert, update on certificate_serials to "$app";

create table certificates (
  id uuid primary key,
  enrolment_id uuid not null,
  class_id uuid not null,
  authority text not null,
  organisation_id uuid not null,
  issuer_id uuid,
  issuer_name text not null check (length(issuer_name) <= 100),
  trainee_id uuid not null,
  kind text not null check (length(kind) <= 40),
  number_sealed bytea not null,
  number_index bytea not null check (length(number_index) = 16),
  name_index bytea not null check (length(name_index) = 16),
  subject_code text not null,
  subject_name text not null,
  level integer check (level between 1 and 5),
  issued_on date not null,
  state text not null default 'valid' check (state in ('valid', 'voided')),
  by_subject text not null,
  at timestamptz not null,
  voided_by text,
  voided_at timestamptz,
  void_reason text check (length(void_reason) <= 500),
  foreign key (authority, enrolment_id) references enrolments (authority, id)
);
create unique index certificate_number_once on certificates (number_index)
  where state = 'valid' and kind <> 'permit';
-- A permit is numbered by its holder: one number, one permit for each kind of work.
create unique index certificate_permit_once on certificates (number_index, subject_code)
  where state = 'valid' and kind = 'permit';
create index certificates_by_number on certificates (number_index);
create unique index certificate_per_enrolment on certificates (enrolment_id) where state = 'valid';
create index certificates_by_trainee on certificates (trainee_id);
create index certificates_by_class on certificates (class_id);

-- The person's own view ------------------------------------------------------------------------

create table access_log (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  by_subject text not null,
  office text,
  organisation_id uuid,
  purpose text not null check (length(purpose) <= 60),
  what text not null check (length(what) <= 60),
  at timestamptz not null
);
create index access_by_trainee on access_log (trainee_id, at, id);
create index access_by_time on access_log using brin (at);

create table inbox (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  kind text not null check (length(kind) <= 60),
  data jsonb not null default '{}',
  at timestamptz not null,
  read_at timestamptz
);
create index inbox_by_trainee on inbox (trainee_id, at, id);

create table correction_requests (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  authority text not null,
  field text not null check (field in ('name', 'id_number', 'phone', 'attendance', 'result', 'other')),
  text_sealed bytea not null,
  asked_at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'done', 'refused')),
  decided_by text,
  decided_at timestamptz,
  answer_sealed bytea
);
create index requests_by_authority on correction_requests (authority, asked_at, id);
create index requests_by_trainee on correction_requests (trainee_id, asked_at, id);
