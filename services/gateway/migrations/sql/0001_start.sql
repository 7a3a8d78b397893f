-- Who may come in: officers, clients of organisations and county systems, WeChat log-ins.
-- Instants of this file are machine time: a sandbox's clock stretches no code, ticket or lock-out.

create table officers (
  id uuid primary key,
  login text not null constraint officer_login_taken unique
    check (login ~ '^[a-z][a-z0-9._-]{2,39}$'),
  name_sealed bytea not null,
  role text not null
    check (role in ('officer', 'finance', 'department', 'auditor', 'administrator')),
  authorities text[] not null default '{}' check (cardinality(authorities) <= 20),
  office text not null check (length(office) <= 40),
  state text not null default 'invited' check (state in ('invited', 'active', 'suspended')),
  password_hash text check (length(password_hash) <= 300),
  totp_sealed bytea,
  last_totp_step bigint,
  activation_index bytea check (length(activation_index) = 16),
  activation_until timestamptz,
  created_by text not null check (length(created_by) <= 100),
  created_at timestamptz not null,
  last_login_at timestamptz,
  check (state <> 'active' or (password_hash is not null and totp_sealed is not null)),
  check (state <> 'invited' or activation_index is not null),
  check ((activation_index is null) = (activation_until is null))
);

create table clients (
  id uuid primary key,
  name text not null check (length(name) between 1 and 100),
  kind text not null check (kind in ('organisation', 'county')),
  organisation_id uuid,
  authorities text[] not null check (cardinality(authorities) between 1 and 20),
  office text check (length(office) <= 40),
  secret_index bytea not null check (length(secret_index) = 16),
  previous_index bytea check (length(previous_index) = 16),
  previous_until timestamptz,
  state text not null default 'active' check (state in ('active', 'revoked')),
  created_by text not null check (length(created_by) <= 100),
  created_at timestamptz not null,
  check ((kind = 'organisation') = (organisation_id is not null)),
  check ((kind = 'county') = (office is not null)),
  check ((previous_index is null) = (previous_until is null))
);

-- One log-in, one person; one person, one log-in.
create table wechat_logins (
  id uuid primary key,
  openid_sealed bytea not null,
  openid_index bytea not null constraint wechat_login_once unique
    check (length(openid_index) = 16),
  trainee_id uuid constraint wechat_trainee_once unique,
  created_at timestamptz not null,
  bound_at timestamptz,
  check ((trainee_id is null) = (bound_at is null))
);

create table tickets (
  ticket_index bytea primary key check (length(ticket_index) = 16),
  login_id uuid not null references wechat_logins (id),
  until timestamptz not null
);
create index tickets_by_end on tickets (until);

-- Tries at something that can be guessed: counted before the guess is looked at.
create table attempts (
  who_index bytea primary key check (length(who_index) = 16),
  failures integer not null check (failures > 0),
  until timestamptz not null
);
create index attempts_by_end on attempts (until);

-- Outside tokens of a subject that were issued at or before an instant are refused.
create table revocations (
  subject text primary key check (length(subject) <= 100),
  not_before timestamptz not null
);
