-- Reach: row security is the only row filter. The app role owns nothing; no principal, no rows.
-- What was published (editions) carries none: everybody may read it, and nobody may change it.
-- Functions marked SECURITY DEFINER apply the scope themselves; access.toml lists each with what it tells.

create function zp_office_of(authority text) returns boolean language sql stable parallel safe
  return zp_role() in ('officer', 'finance', 'auditor') and authority = any (zp_reach());
create function zp_decides_for(authority text) returns boolean language sql stable parallel safe
  return zp_role() = 'officer' and authority = any (zp_reach());
create function zp_municipal() returns boolean language sql stable parallel safe
  return zp_role() = 'officer' and '650400' = any (zp_reach());
create function zp_at_home(organisation uuid) returns boolean language sql stable parallel safe
  return zp_role() = 'organisation' and organisation = zp_organisation();
create function zp_works_for(variadic purposes text[]) returns boolean language sql stable parallel safe
  return zp_role() = 'service' and zp_purpose() = any (purposes);

alter table organisations enable row level security;
create policy seen on organisations for select using (
  zp_office_of(authority) or zp_at_home(id)
  or zp_works_for('standing', 'signer', 'class_terms', 'check'));
create policy registered on organisations for insert with check (
  zp_decides_for(authority) and registered_by = zp_subject());
grant select, insert on organisations to "$app";

alter table standings enable row level security;
create policy seen on standings for select using (
  zp_office_of(authority) or zp_at_home(organisation_id)
  or zp_works_for('standing', 'class_terms', 'check'));
create policy decided on standings for insert with check (
  zp_decides_for(authority) and by_subject = zp_subject());
grant select, insert on standings to "$app";

alter table licences enable row level security;
create policy seen on licences for select using (
  zp_office_of(authority) or zp_at_home(organisation_id) or zp_works_for('standing', 'check'));
create policy granted on licences for insert with check (
  zp_decides_for(authority) and granted_by = zp_subject());
create policy ended on licences for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and ended_by = zp_subject());
grant select, insert on licences to "$app";
grant update (to_date, ended_by, ended_at, end_reason, end_document) on licences to "$app";

-- The catalogue is public; officers write it.
grant select, insert, update on counters to "$app";
alter table subjects enable row level security;
create policy seen on subjects for select using (zp_role() is not null);
create policy added on subjects for insert with check (
  zp_role() = 'officer' and added_by = zp_subject());
grant select, insert on subjects to "$app";

alter table offerings enable row level security;
create policy seen on offerings for select using (zp_role() is not null);
create policy created on offerings for insert with check (
  zp_role() = 'officer' and created_by = zp_subject());
create policy withdrawn on offerings for update using (zp_municipal())
  with check (zp_municipal() and withdrawn_by = zp_subject());
grant select, insert on offerings to "$app";
grant update (withdrawn_from, withdrawn_by, withdrawal_reason, withdrawal_document)
  on offerings to "$app";

alter table rates enable row level security;
create policy seen on rates for select using (
  (zp_role() is not null and confirmed_at is not null) or zp_office_of(authority));
create policy entered on rates for insert with check (
  zp_decides_for(authority) and entered_by = zp_subject() and confirmed_by is null);
create policy confirmed on rates for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and confirmed_by = zp_subject());
grant select, insert on rates to "$app";
grant update (confirmed_by, confirmed_at) on rates to "$app";

alter table commissions enable row level security;
create policy seen on commissions for select using (
  zp_office_of(authority) or zp_at_home(organisation_id)
  or zp_works_for('standing', 'class_terms', 'check'));
create policy made on commissions for insert with check (
  zp_decides_for(authority) and made_by = zp_subject());
grant select, insert on commissions to "$app";

grant select, insert on editions, edition_entries to "$app";

-- The state of a role on a day; null before its first entry. Sees what its caller sees.
create function standing_on(organisation uuid, role_ text, on_ date) returns text
language sql stable as $$
  select s.state from standings s
  where s.organisation_id = organisation and s.role = role_ and s.from_date <= on_
  order by s.number desc limit 1
$$;

-- The number of a licence that covers this subject and level on a day; levels run from 5 up to 1.
-- Sees what its caller sees.
create function licence_covering(
  organisation uuid, role_ text, kind_ text, subject_ text, level_ integer, on_ date) returns text
language sql stable as $$
  select l.document_number from licences l
  where l.organisation_id = organisation and l.role = role_ and l.kind = kind_
    and (l.subject_code is null or l.subject_code = subject_)
    and (l.level_max is null or level_ is null or level_ >= l.level_max)
    and on_ between l.from_date and l.to_date
  order by l.subject_code nulls last, l.from_date limit 1
$$;

-- Who is listed is public: name, authority and covering licence of an organisation listed that day.
create function listed_organisation(
  organisation uuid, role_ text, kind_ text, subject_ text, level_ integer, on_ date)
returns table (name text, authority text, licence_number text)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.name, o.authority,
    licence_covering(o.id, role_, kind_, subject_, level_, on_)
  from organisations o
  where o.id = organisation and role_ in ('institution', 'assessor') and zp_role() is not null
    and standing_on(o.id, role_, on_) = 'listed'
$$;

-- What an edition of a directory of organisations holds: for the municipal officer who publishes it,
-- whose own reach may be narrower than the directory.
create function directory_organisations(role_ text, on_ date)
returns table (id uuid, name text, short_name text, credit_code text, nature text, address text,
  authority text, listed_from date, licences jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.id, o.name, o.short_name, o.credit_code, o.nature, o.address, o.authority, n.from_date,
    coalesce((
      select jsonb_agg(jsonb_build_object(
          'kind', l.kind, 'subject_code', l.subject_code, 'subject_name', j.name,
          'level_max', l.level_max, 'from_date', l.from_date, 'to_date', l.to_date,
          'document_number', l.document_number)
        order by l.kind, l.subject_code nulls first, l.from_date)
      from licences l left join subjects j on j.code = l.subject_code
      where l.organisation_id = o.id and l.role = role_ and l.to_date >= on_), '[]')
  from organisations o
  cross join lateral (
    select s.state, s.from_date from standings s
    where s.organisation_id = o.id and s.role = role_ and s.from_date <= on_
    order by s.number desc limit 1) n
  where n.state = 'listed' and zp_municipal()
  order by o.pinyin, o.id
$$;
