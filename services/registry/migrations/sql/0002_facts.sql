-- What claims asks the registry: lists of registers, earlier benefits, own statements, own accounts.
-- Entries of lists are read by nobody: no role has a right to their tables. Functions fill them for the
-- officer who imports and answer one decision at a time. POLICY 8.22

-- Lists ------------------------------------------------------------------------------------------

create table registers (
  id uuid primary key,
  authority text not null check (length(authority) <= 12),
  code text not null check (length(code) <= 40),
  source_title text not null check (length(source_title) between 2 and 100),
  document_number text not null check (length(document_number) between 2 and 100),
  as_of date not null,
  -- Only a complete list says something of those who are not on it.
  complete boolean not null,
  content_index bytea not null check (length(content_index) = 16),
  imported_by text not null,
  imported_at timestamptz not null,
  replaced_at timestamptz
);
create unique index register_current on registers (authority, code, source_title)
  where replaced_at is null;
create index registers_by_authority on registers (authority, imported_at, id);

create table register_entries (
  id uuid primary key,
  register_id uuid not null references registers (id),
  person_index bytea not null check (length(person_index) = 16),
  from_date date not null,
  to_date date check (to_date >= from_date),
  employer_sealed bytea
);
create index register_entries_by_person on register_entries (person_index);
create index register_entries_by_register on register_entries (register_id);

create table benefit_entries (
  id uuid primary key,
  register_id uuid not null references registers (id),
  person_index bytea not null check (length(person_index) = 16),
  kind text not null check (length(kind) <= 40),
  subject_code text not null check (length(subject_code) between 1 and 40),
  level integer check (level between 1 and 5),
  received_on date not null
);
create index benefit_entries_by_person on benefit_entries (person_index);
create index benefit_entries_by_register on benefit_entries (register_id);

-- The person's own -------------------------------------------------------------------------------

create table statements (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  class_id uuid not null references training_classes (id),
  said_sealed bytea not null,
  at timestamptz not null,
  replaced_at timestamptz
);
create unique index statement_current on statements (trainee_id, class_id)
  where replaced_at is null;
create index statements_by_class on statements (class_id);

create table bank_accounts (
  id uuid primary key,
  trainee_id uuid not null references trainees (id),
  bank_sealed bytea not null,
  number_sealed bytea not null,
  at timestamptz not null,
  ended_at timestamptz
);
create unique index account_current on bank_accounts (trainee_id) where ended_at is null;

-- Reach ------------------------------------------------------------------------------------------

alter table registers enable row level security;
create policy seen on registers for select using (
  zp_officer_of(authority) or zp_works_for('facts'));
create policy imported on registers for insert with check (
  zp_decides_for(authority) and imported_by = zp_subject() and replaced_at is null);
create policy replaced on registers for update using (zp_decides_for(authority));
grant select, insert on registers to "$app";
grant update (replaced_at) on registers to "$app";

-- No policy and no grant: not even who imported a list reads it back.
alter table register_entries enable row level security;
alter table benefit_entries enable row level security;

alter table statements enable row level security;
create policy own on statements for select using (zp_self(trainee_id));
create policy decided_on on statements for select using (
  zp_works_for('facts') and replaced_at is null);
create policy given on statements for insert with check (
  zp_self(trainee_id) and replaced_at is null and exists (
    select 1 from enrolments e
    where e.trainee_id = statements.trainee_id and e.class_id = statements.class_id));
create policy corrected on statements for update using (zp_self(trainee_id));
grant select, insert on statements to "$app";
grant update (replaced_at) on statements to "$app";

alter table bank_accounts enable row level security;
create policy own on bank_accounts for select using (zp_self(trainee_id));
create policy paid_to on bank_accounts for select using (
  zp_works_for('payees') and ended_at is null);
create policy given on bank_accounts for insert with check (
  zp_self(trainee_id) and ended_at is null);
create policy changed on bank_accounts for update using (zp_self(trainee_id));
grant select, insert on bank_accounts to "$app";
grant update (ended_at) on bank_accounts to "$app";

-- The ID number is opened to look a person up in a list, the name to pay or to publish.
create policy asked_about on trainees for select using (zp_works_for('facts', 'payees', 'reading'));

-- A list that a newer one replaces is forgotten at once; what it was stays, not who was on it.
create function forget_register() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  delete from register_entries where register_id = new.id;
  delete from benefit_entries where register_id = new.id;
  return null;
end $$;
create trigger forgotten after update of replaced_at on registers
  for each row when (new.replaced_at is not null) execute function forget_register();

-- Whether the caller is the officer who imports this list now: it is current, theirs and still empty.
create function zp_imports(register uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select exists (select 1 from registers r
      where r.id = register and r.replaced_at is null and r.imported_by = zp_subject()
        and zp_decides_for(r.authority))
    and not exists (select 1 from register_entries e where e.register_id = register)
    and not exists (select 1 from benefit_entries b where b.register_id = register)
$$;

create function fill_register(register uuid, ids uuid[], people bytea[], froms date[], tos date[],
  employers bytea[]) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if not zp_imports(register) then
    raise exception 'not this officer''s list' using errcode = '42501';
  end if;
  insert into register_entries (id, register_id, person_index, from_date, to_date, employer_sealed)
  select u.id, register, u.person, u.from_date, u.to_date, u.employer
  from unnest(ids, people, froms, tos, employers) as u(id, person, from_date, to_date, employer);
end $$;

create function fill_benefits(register uuid, ids uuid[], people bytea[], kinds text[],
  subjects text[], levels integer[], days date[]) returns void language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if not zp_imports(register) then
    raise exception 'not this officer''s list' using errcode = '42501';
  end if;
  insert into benefit_entries (id, register_id, person_index, kind, subject_code, level, received_on)
  select u.id, register, u.person, u.kind, u.subject_code, u.level, u.received_on
  from unnest(ids, people, kinds, subjects, levels, days)
    as u(id, person, kind, subject_code, level, received_on);
end $$;

-- What the lists say on the first day of a class, of who holds a place in it: to a decision, and to
-- the person about themselves. Asked by place, so that nobody can go through a list with it.
create function register_facts(places uuid[], people bytea[])
returns table (enrolment_id uuid, entry_id uuid, code text, source_title text,
  document_number text, as_of date, to_date date, employer_sealed bytea)
language sql stable security definer set search_path = public, pg_temp as $$
  select e.id, x.id, r.code, r.source_title, r.document_number, r.as_of, x.to_date, x.employer_sealed
  from unnest(places, people) as u(place, person)
  join enrolments e on e.id = u.place and (zp_works_for('facts') or zp_self(e.trainee_id))
  join training_classes c on c.id = e.class_id
  join register_entries x on x.person_index = u.person and x.from_date <= c.starts_on
    and (x.to_date is null or x.to_date >= c.starts_on)
  join registers r on r.id = x.register_id and r.replaced_at is null
  order by r.as_of desc, x.id
$$;

-- The same to the person, with the source of each: what is stored about them is theirs to see.
create function own_benefits(people bytea[])
returns table (kind text, subject_code text, level integer, received_on date, source_title text,
  document_number text, as_of date)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct b.kind, b.subject_code, b.level, b.received_on, r.source_title,
    r.document_number, r.as_of
  from benefit_entries b join registers r on r.id = b.register_id and r.replaced_at is null
  where zp_role() = 'trainee' and b.person_index = any (people)
  order by b.received_on, b.kind, b.subject_code
$$;

-- What a person received before the system was there: to a decision about that person only.
create function earlier_benefits(persons uuid[], people bytea[])
returns table (trainee_id uuid, kind text, subject_code text, level integer, received_on date)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct t.id, b.kind, b.subject_code, b.level, b.received_on
  from unnest(persons, people) as u(trainee, person)
  join trainees t on t.id = u.trainee
  join benefit_entries b on b.person_index = u.person
  join registers r on r.id = b.register_id and r.replaced_at is null
  where zp_works_for('facts')
  order by t.id, b.received_on, b.kind, b.subject_code
$$;
