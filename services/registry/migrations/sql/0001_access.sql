-- Reach: row security is the only row filter. The app role owns nothing; no principal, no rows.
-- Functions marked SECURITY DEFINER apply the scope themselves; access.toml lists each with what it tells.

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

create function zp_assesses(class uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select zp_role() = 'organisation' and exists (
    select 1 from training_classes c where c.id = class and c.assessor_id = zp_organisation())
$$;

create function zp_invited(class uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select zp_role() = 'trainee' and (
    exists (select 1 from invitations i where i.class_id = class and i.trainee_id = zp_trainee())
    or exists (select 1 from enrolments e where e.class_id = class and e.trainee_id = zp_trainee())
    or exists (select 1 from paper_confirmations p
      where p.class_id = class and p.trainee_id = zp_trainee()))
$$;

create function zp_in_reach(person uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select zp_role() = 'officer' and (
    exists (select 1 from enrolments e
      where e.trainee_id = person and e.left_at is null and e.authority = any (zp_reach()))
    or exists (select 1 from correction_requests r
      where r.trainee_id = person and r.state = 'open' and r.authority = any (zp_reach()))
    or exists (select 1 from name_conflicts n
      where n.trainee_id = person and n.state = 'open' and n.authority = any (zp_reach()))
    or exists (select 1 from paper_confirmations p
      where p.trainee_id = person and p.second_by is null and p.authority = any (zp_reach())))
$$;

-- Who has left vanishes with all that was written about them, from everybody but themselves.
create function zp_stays(enrolment uuid) returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select not exists (select 1 from enrolments e where e.id = enrolment and e.left_at is not null)
$$;

-- A second officer's signature on paper is what lets an officer write a place, and only that one.
create function zp_signed_paper(class uuid, person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select zp_role() = 'officer' and exists (select 1 from paper_confirmations p
    where p.trainee_id = person and (class is null or p.class_id = class)
      and p.second_by = zp_subject() and p.authority = any (zp_reach()))
$$;

-- Classes
alter table training_classes enable row level security;
create policy seen on training_classes for select using (
  zp_officer_of(authority) or zp_at_home(organisation_id)
  or (zp_role() = 'organisation' and assessor_id = zp_organisation())
  or (zp_role() is not null and listed and state = 'accepted')
  or zp_invited(id) or zp_works_for('jobs', 'check', 'facts'));
create policy filed on training_classes for insert with check (zp_at_home(organisation_id));
create policy changed on training_classes for update using (
  zp_decides_for(authority) or zp_at_home(organisation_id) or zp_works_for('jobs'));
grant select, insert on training_classes to "$app";
grant update (name, target, place, listed, state, held_since, released_at, assessor_id, assessment_on,
  started_at, closed_at, decided_by, decided_at, decision_reason) on training_classes to "$app";

alter table class_commitments enable row level security;
create policy seen on class_commitments for select using (
  zp_officer_of(authority) or zp_at_home(organisation_id) or zp_works_for('check'));
create policy given on class_commitments for insert with check (zp_at_home(organisation_id));
grant select, insert on class_commitments to "$app";

alter table class_documents enable row level security;
create policy seen on class_documents for select using (
  zp_officer_of(authority) or zp_at_home(organisation_id));
create policy given on class_documents for insert with check (zp_at_home(organisation_id));
grant select, insert on class_documents to "$app";

alter table sessions enable row level security;
create policy seen on sessions for select using (
  exists (select 1 from training_classes c where c.id = class_id));
create policy planned on sessions for insert with check (zp_at_home(organisation_id));
create policy changed on sessions for update using (
  zp_at_home(organisation_id) or zp_decides_for(authority));
grant select, insert on sessions to "$app";
grant update (during, hours, topic, place, state, sheet_by, sheet_at) on sessions to "$app";

-- People
alter table trainees enable row level security;
create policy seen on trainees for select using (
  zp_self(id) or zp_in_reach(id) or zp_works_for('jobs', 'check', 'binding'));
create policy registered on trainees for insert with check (zp_role() = 'officer');
create policy changed on trainees for update using (
  zp_self(id) or zp_in_reach(id) or zp_works_for('jobs'));
grant select, insert on trainees to "$app";
grant update (name_sealed, name_index, id_sealed, id_index, phone_sealed, language)
  on trainees to "$app";

alter table name_conflicts enable row level security;
create policy seen on name_conflicts for select using (
  zp_decides_for(authority) or zp_self(trainee_id));
create policy noted on name_conflicts for insert with check (
  zp_role() = 'organisation' or zp_decides_for(authority));
create policy decided on name_conflicts for update using (zp_decides_for(authority));
grant select, insert on name_conflicts to "$app";
grant update (state, decided_by, decided_at, decision_reason) on name_conflicts to "$app";

alter table binding_codes enable row level security;
create policy made on binding_codes for insert with check (
  zp_decides_for(authority) and made_by = zp_subject() and second_by is null
  and redeemed_at is null);
create policy seen on binding_codes for select using (
  (zp_decides_for(authority) and redeemed_at is null) or zp_self(trainee_id)
  or (zp_role() = 'officer' and made_by = zp_subject()) or zp_works_for('binding'));
create policy redeemed on binding_codes for update using (zp_works_for('binding'));
create policy second on binding_codes for update
  using (zp_decides_for(authority) and redeemed_at is null and second_by is null)
  with check (zp_decides_for(authority) and redeemed_at is null and login_id is null
    and second_by = zp_subject());
grant select, insert on binding_codes to "$app";
grant update (login_id, redeemed_at, second_by, second_office, second_at)
  on binding_codes to "$app";

alter table rosters enable row level security;
create policy own on rosters using (zp_at_home(organisation_id));
create policy checked on rosters for select using (zp_works_for('jobs', 'check'));
create policy erased on rosters for update using (zp_works_for('jobs'));
grant select, insert on rosters to "$app";
grant update (faults) on rosters to "$app";

alter table roster_results enable row level security;
create policy own on roster_results using (zp_at_home(organisation_id));
create policy erased on roster_results for delete using (zp_works_for('jobs'));
create policy due on roster_results for select using (zp_works_for('jobs', 'check'));
grant select, insert, delete on roster_results to "$app";

alter table invitations enable row level security;
create policy seen on invitations for select using (
  zp_at_home(organisation_id) or zp_self(trainee_id) or zp_works_for('jobs', 'check'));
create policy erased on invitations for delete using (zp_works_for('jobs'));
grant select, delete on invitations to "$app";

alter table declines enable row level security;
create policy own on declines using (zp_self(trainee_id));
create policy erased on declines for delete using (zp_works_for('jobs'));
create policy due on declines for select using (zp_works_for('jobs'));
grant select, insert, delete on declines to "$app";

-- Who has left vanishes from everybody's lists but the person's own.
alter table enrolments enable row level security;
create policy seen on enrolments for select using (
  zp_self(trainee_id)
  or (left_at is null and (zp_at_home(organisation_id) or zp_officer_of(authority)
    or zp_assesses(class_id)))
  or zp_works_for('jobs', 'check', 'facts'));
create policy confirmed on enrolments for insert with check (
  zp_self(trainee_id) or zp_signed_paper(class_id, trainee_id));
create policy ended on enrolments for update using (zp_self(trainee_id) or zp_works_for('jobs'));
grant select, insert on enrolments to "$app";
grant update (left_at, completed) on enrolments to "$app";

alter table confirmations enable row level security;
create policy seen on confirmations for select using (
  zp_self(trainee_id) or zp_works_for('check', 'facts'));
create policy given on confirmations for insert with check (
  (zp_self(trainee_id) and channel = 'wechat' and login_id = zp_login())
  or (channel = 'paper' and zp_signed_paper(null, trainee_id)));
grant select, insert on confirmations to "$app";

alter table paper_confirmations enable row level security;
-- An officer sees a paper whatever its person said or did since, and none once the class has started.
create policy seen on paper_confirmations for select using (
  (zp_decides_for(authority) and exists (select 1 from training_classes c
    where c.id = class_id and c.state = 'accepted' and c.started_at is null))
  or zp_self(trainee_id) or zp_works_for('jobs'));
create policy withdrawn on paper_confirmations for delete using (
  second_by is null and zp_works_for('jobs'));
create policy first on paper_confirmations for insert with check (
  zp_decides_for(authority) and first_by = zp_subject() and second_by is null);
create policy second on paper_confirmations for update using (zp_decides_for(authority))
  with check (zp_decides_for(authority) and second_by = zp_subject());
grant select, insert, delete on paper_confirmations to "$app";
grant update (second_by, second_office, second_at) on paper_confirmations to "$app";

alter table occupied enable row level security;
create policy own on occupied using (zp_self(trainee_id));
create policy paper on occupied for insert with check (zp_signed_paper(null, trainee_id));
create policy checked on occupied for select using (zp_works_for('check'));
grant select, insert, delete on occupied to "$app";

-- Attendance, results, certificates
alter table attendance enable row level security;
create policy seen on attendance for select using (
  ((zp_at_home(organisation_id) or zp_officer_of(authority)) and zp_stays(enrolment_id))
  or zp_self(trainee_id) or zp_works_for('jobs', 'check', 'facts'));
create policy recorded on attendance for insert with check (
  zp_at_home(organisation_id) or zp_decides_for(authority));
create policy corrected on attendance for update using (zp_decides_for(authority));
grant select, insert on attendance to "$app";
grant update (present, by_subject, at) on attendance to "$app";

alter table attendance_corrections enable row level security;
create policy seen on attendance_corrections for select using (
  ((zp_at_home(organisation_id) or zp_officer_of(authority)) and zp_stays(enrolment_id))
  or exists (select 1 from enrolments e where e.id = enrolment_id and zp_self(e.trainee_id)));
create policy asked on attendance_corrections for insert with check (
  zp_at_home(organisation_id) and asked_by = zp_subject());
create policy decided on attendance_corrections for update using (zp_decides_for(authority));
grant select, insert on attendance_corrections to "$app";
grant update (state, decided_by, decided_at, decision_reason) on attendance_corrections to "$app";

alter table results enable row level security;
create policy seen on results for select using (
  ((zp_at_home(organisation_id) or zp_assesses(class_id) or zp_officer_of(authority))
    and zp_stays(enrolment_id))
  or zp_self(trainee_id) or zp_works_for('check', 'facts'));
create policy filed on results for insert with check (
  zp_at_home(organisation_id) or zp_at_home(assessor_id) or zp_decides_for(authority));
grant select, insert on results to "$app";

alter table certificates enable row level security;
create policy seen on certificates for select using (
  zp_at_home(organisation_id) or zp_at_home(issuer_id) or zp_assesses(class_id)
  or zp_officer_of(authority) or zp_self(trainee_id) or zp_works_for('check', 'facts'));
create policy issued on certificates for insert with check (
  zp_at_home(organisation_id) or zp_at_home(issuer_id) or zp_decides_for(authority));
create policy voided on certificates for update using (
  zp_at_home(issuer_id) or zp_decides_for(authority));
grant select, insert on certificates to "$app";
grant update (state, voided_by, voided_at, void_reason) on certificates to "$app";

-- The person's own view
alter table access_log enable row level security;
create policy own on access_log for select using (zp_self(trainee_id));
create policy told on access_log for insert with check (by_subject = zp_subject());
grant select, insert on access_log to "$app";
-- What is older than its retention goes; by the job alone, which reads none of it.
create function erase_old_reads(before timestamptz) returns integer language plpgsql volatile
security definer set search_path = public, pg_temp as $$
declare
  gone integer;
begin
  if not coalesce(zp_works_for('jobs'), false) then
    raise exception 'for the daily job only' using errcode = '42501';
  end if;
  delete from access_log l where l.at < before;
  get diagnostics gone = row_count;
  return gone;
end $$;

alter table inbox enable row level security;
create policy own on inbox for select using (zp_self(trainee_id));
create policy read on inbox for update using (zp_self(trainee_id));
create policy told on inbox for insert with check (zp_role() is not null);
grant select, insert on inbox to "$app";
grant update (read_at) on inbox to "$app";

alter table correction_requests enable row level security;
create policy seen on correction_requests for select using (
  zp_self(trainee_id) or zp_decides_for(authority));
create policy asked on correction_requests for insert with check (zp_self(trainee_id));
create policy decided on correction_requests for update using (zp_decides_for(authority));
grant select, insert on correction_requests to "$app";
grant update (state, decided_by, decided_at, answer_sealed) on correction_requests to "$app";

-- What ends a held place, fells a ground or holds a class has no author: not even the person who brought it about.
create policy unnamed on events for insert with check (
  by_subject = 'service:registry' and zp_role() is not null
  and ((type in ('hold.ended', 'ground.fell') and authority is null and organisation is null)
    or (type = 'class.held' and zp_role() = 'trainee')));

-- Places: the class row counts who holds one; the CHECK class_full refuses one too many, and a
-- class that is not open takes nobody.
create function count_places() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    update training_classes set taken = taken + 1
    where id = new.class_id and state = 'accepted' and started_at is null;
    if not found then
      raise exception 'the class is not open' using errcode = '23514', constraint = 'class_open';
    end if;
  elsif old.left_at is null and new.left_at is not null then
    update training_classes set taken = taken - 1 where id = new.class_id;
  end if;
  return null;
end $$;
create trigger places after insert or update of left_at on enrolments
  for each row execute function count_places();
-- Sheets and the close lock the class and then its enrolments. Leaving takes the same order, or the
-- two would wait for each other and one of them, perhaps the leaving, be thrown out.
create function lock_own_classes() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  perform 1 from training_classes c where c.closed_at is null and c.id in (
    select e.class_id from enrolments e where e.trainee_id = zp_trainee() and e.left_at is null)
  order by c.id for update;
  return null;
end $$;
create trigger classes_first before update of left_at on enrolments
  for each statement execute function lock_own_classes();

-- No place without the person's own confirmation, by the end of the transaction at the latest; none
-- beside the person's no, which only they take back, nor by a paper older than their last leaving.
create function has_confirmation() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  if not exists (select 1 from confirmations c
      where c.enrolment_id = new.id and c.trainee_id = new.trainee_id) then
    raise exception 'no confirmation' using errcode = '23514', constraint = 'own_confirmation';
  end if;
  if exists (select 1 from declines d
      where d.class_id = new.class_id and d.trainee_id = new.trainee_id)
    or exists (select 1 from enrolments e, confirmations c, paper_confirmations p
      where e.class_id = new.class_id and e.trainee_id = new.trainee_id
        and c.enrolment_id = new.id and p.id = c.paper_id and e.left_at > p.first_at) then
    raise exception 'the person said no' using errcode = '23514', constraint = 'own_no';
  end if;
  return null;
end $$;
create constraint trigger own_confirmation after insert on enrolments
  deferrable initially deferred for each row execute function has_confirmation();

-- No attendance, result or certificate for who has not confirmed this very place or has left it by
-- then: not even where an operation should forget to look. POLICY 9.1, 9.2
create function has_place() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  without boolean;
begin
  if tg_table_name = 'attendance' then
    -- Hours sat before leaving are kept, though the sheet comes later.
    select exists (select 1 from fresh f join sessions s on s.id = f.session_id
      left join enrolments e on e.id = f.enrolment_id and e.trainee_id = f.trainee_id
        and e.class_id = f.class_id and (e.left_at is null or e.left_at > lower(s.during))
      where e.id is null) into without;
  else
    select exists (select 1 from fresh f
      left join enrolments e on e.id = f.enrolment_id and e.trainee_id = f.trainee_id
        and e.class_id = f.class_id and e.left_at is null
      where e.id is null) into without;
  end if;
  if without then
    raise exception 'no place' using errcode = '23514', constraint = 'own_place';
  end if;
  return null;
end $$;
create trigger own_place after insert on attendance referencing new table as fresh
  for each statement execute function has_place();
create trigger own_place after insert on results referencing new table as fresh
  for each statement execute function has_place();
create trigger own_place after insert on certificates referencing new table as fresh
  for each statement execute function has_place();

-- A paper that does not count, signed once or twice, goes when the class starts or ends.
create function forget_papers() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  delete from paper_confirmations p where p.class_id = new.id and not exists (
    select 1 from enrolments e join confirmations c on c.enrolment_id = e.id
    where e.trainee_id = p.trainee_id and c.paper_id = p.id);
  return null;
end $$;
create trigger papers_forgotten after update of started_at, state on training_classes
  for each row when (new.started_at is not null or new.state in ('withdrawn', 'voided'))
  execute function forget_papers();

-- Hours: an enrolment's hours are the sum over its attended sessions.
create function count_hours() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  update enrolments e set
    hours_attended = h.hours,
    started = h.hours > 0
  from (
    select f.enrolment_id, coalesce(sum(s.hours) filter (where a.present), 0) as hours
    from (select distinct enrolment_id from fresh) f
    join attendance a on a.enrolment_id = f.enrolment_id
    join sessions s on s.id = a.session_id
    group by f.enrolment_id) h
  where e.id = h.enrolment_id;
  return null;
end $$;
create trigger hours_recorded after insert on attendance referencing new table as fresh
  for each statement execute function count_hours();
create trigger hours_corrected after update on attendance referencing new table as fresh
  for each statement execute function count_hours();

-- A moved session moves the seats; where a person sits elsewhere by then, the seat is not taken.
create function reseat() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  delete from occupied where session_id = new.id;
  if new.state <> 'cancelled' then
    insert into occupied (enrolment_id, session_id, trainee_id, during)
    select e.id, new.id, e.trainee_id, new.during from enrolments e
    where e.class_id = new.class_id and e.left_at is null
    on conflict do nothing;
  end if;
  return null;
end $$;
create trigger seats_new after insert on sessions for each row execute function reseat();
create trigger seats_moved after update of during, state on sessions for each row
  when (old.during is distinct from new.during or old.state is distinct from new.state
    and 'cancelled' in (old.state, new.state))
  execute function reseat();

-- How many people an organisation's rosters have named for a class: to that organisation, so that it
-- cannot invite without end. Nothing that a person does changes it: no yes, no no, no leaving.
create function roster_standing(class uuid) returns integer language sql stable security definer
set search_path = public, pg_temp as $$
  select count(*)::integer from invitations i where i.class_id = class and exists (
    select 1 from training_classes c where c.id = class and zp_at_home(c.organisation_id))
$$;

-- Which rows go beyond what a class may invite. Whom a roster named before takes no new place.
create function roster_overflow(classes uuid[], people bytea[], numbers integer[], per_place integer)
returns table (row_no integer) language sql stable security definer
set search_path = public, pg_temp set enable_nestloop = off as $$
  with known as materialized (
    select u.class_id, u.row_no,
      (select t.id from trainees t where t.id_index = u.id_index) as person
    from unnest(classes, people, numbers) as u(class_id, id_index, row_no)),
  fresh as (
    select k.class_id, k.row_no,
      row_number() over (partition by k.class_id order by k.row_no) as place
    from known k
    where (select true from invitations i
        where i.class_id = k.class_id and i.trainee_id = k.person limit 1) is null)
  select f.row_no from fresh f
  join (select c.id, c.capacity * per_place - roster_standing(c.id) as room
    from training_classes c where c.id = any (classes) and zp_at_home(c.organisation_id)) r
    on r.id = f.class_id
  where f.place > r.room
$$;

-- One call admits a roster: trainees, invitations, notices. Tells only name conflicts, to the app.
-- Every row becomes an invitation whoever it names, or counts would tell who is enrolled or has left;
-- but nobody who has ever answered this class is told of it again.
-- The planner takes a table never analysed for an empty one: so no nested loops, and one index
-- look-up a row written as a scalar subquery, which nothing turns into a scan of everybody.
create function admit_roster(roster uuid, at_ timestamptz)
returns table (trainee_id uuid, authority text, row_no integer) language plpgsql
security definer set search_path = public, pg_temp set enable_nestloop = off as $$
#variable_conflict use_column
begin
  if zp_role() is distinct from 'organisation' or not exists (
    select 1 from rosters r where r.id = roster and r.organisation_id = zp_organisation()) then
    raise exception 'not this organisation''s roster' using errcode = '42501';
  end if;
  insert into trainees (id, name_sealed, name_index, id_sealed, id_index, phone_sealed, created_at)
  select distinct on (s.id_index)
    s.trainee_id, s.name_sealed, s.name_index, s.id_sealed, s.id_index, s.phone_sealed, at_
  from roster_staging s where s.roster_id = roster order by s.id_index, s.row_no
  on conflict (id_index) do nothing;
  with fresh as (
    insert into invitations (id, class_id, authority, organisation_id, trainee_id, roster_id,
      name_sealed, at)
    select s.invitation_id, c.id, c.authority, c.organisation_id, s.person, roster,
      s.invited_name_sealed, at_
    from (
      select r.*, (select p.id from trainees p where p.id_index = r.id_index) as person
      from roster_staging r where r.roster_id = roster offset 0) s
    join training_classes c on c.id = s.class_id and c.organisation_id = zp_organisation()
      and c.state = 'accepted' and c.started_at is null
    order by s.row_no
    on conflict on constraint invited_once do nothing
    returning invitations.trainee_id, invitations.class_id)
  insert into inbox (id, trainee_id, kind, data, at)
  select gen_random_uuid(), f.trainee_id, 'invitation', jsonb_build_object('class_id', f.class_id), at_
  from fresh f
  where (select true from enrolments e
      where e.class_id = f.class_id and e.trainee_id = f.trainee_id limit 1) is null
    and (select true from declines d
      where d.class_id = f.class_id and d.trainee_id = f.trainee_id limit 1) is null;
  return query
    select s.person, c.authority, s.row_no from (
      select r.class_id, r.row_no, (select p.id from trainees p
        where p.id_index = r.id_index and p.name_index <> r.name_index) as person
      from roster_staging r where r.roster_id = roster offset 0) s
    join training_classes c on c.id = s.class_id
    where s.person is not null;
  delete from roster_staging s where s.roster_id = roster;
end $$;

-- How many are invited and confirmed: to the class's institution and its authority. Who has not
-- answered, declined or left is one figure; who left is in no other.
create function class_counts(class uuid)
returns table (invited integer, not_confirmed integer, confirmed integer, certified integer,
  completed integer)
language sql stable security definer set search_path = public, pg_temp as $$
  select
    (select count(*)::integer from invitations i where i.class_id = c.id),
    (select count(*)::integer from invitations i where i.class_id = c.id and not exists (
      select 1 from enrolments e
      where e.class_id = c.id and e.trainee_id = i.trainee_id and e.left_at is null)),
    c.taken,
    (select count(*)::integer from certificates x
      join enrolments e on e.id = x.enrolment_id and e.left_at is null
      where x.class_id = c.id and x.state = 'valid'),
    (select count(*)::integer from enrolments e
      where e.class_id = c.id and e.completed and e.left_at is null)
  from training_classes c
  where c.id = class and (zp_officer_of(c.authority) or zp_at_home(c.organisation_id))
$$;

-- At an office's counter: the person with this exact ID number, if known here.
create function find_trainee(index_ bytea)
returns table (trainee_id uuid, name_index bytea) language sql stable security definer
set search_path = public, pg_temp as $$
  select t.id, t.name_index from trainees t where t.id_index = index_ and zp_role() = 'officer'
$$;

-- Whether a log-in was ever bound to the person: then a further one takes two offices.
create function bound_before(person uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
  select zp_role() = 'officer' and exists (
    select 1 from binding_codes b where b.trainee_id = person and b.redeemed_at is not null)
$$;

-- Bursts from one device, or from one network address, hold the class for a look: how many other people it confirmed for lately.
create function device_count(device bytea, since timestamptz) returns integer
language sql stable security definer set search_path = public, pg_temp as $$
  select count(distinct c.trainee_id)::integer from confirmations c
  where (c.device_index = device or c.network_index = device) and c.at >= since
    and zp_role() = 'trainee'
$$;
create function hold_class(class uuid, at_ timestamptz) returns boolean
language sql security definer set search_path = public, pg_temp as $$
  update training_classes set held_since = at_
  where id = class and held_since is null and zp_role() = 'trainee' and exists (
    select 1 from enrolments e where e.class_id = class and e.trainee_id = zp_trainee())
  returning true
$$;

-- Whoever issues certificates holds the class still meanwhile, an assessor too; tells nothing.
create function lock_class(class uuid) returns void language sql security definer
set search_path = public, pg_temp as $$
  select 1 from training_classes c where c.id = class and (zp_decides_for(c.authority)
    or zp_at_home(c.organisation_id) or zp_at_home(c.assessor_id)) for update
$$;

-- Anyone may check a certificate whose number and holder's name they know.
create function check_certificate(number bytea, name bytea)
returns table (kind text, subject_name text, level integer, issued_on date, issuer_name text,
  state text, id uuid) language sql stable security definer
set search_path = public, pg_temp as $$
  select c.kind, c.subject_name, c.level, c.issued_on, c.issuer_name, c.state, c.id
  from certificates c where c.number_index = number and c.name_index = name
    and zp_role() is not null order by (c.state = 'valid') desc, c.at desc limit 1
$$;

-- Leavers: by authority and quarter only; what is below the threshold is null.
create function leavers(threshold integer)
returns table (authority text, quarter text, count integer) language sql stable security definer
set search_path = public, pg_temp as $$
  select e.authority, q.quarter,
    case when count(*) >= greatest(threshold, 5) then count(*)::integer end
  from enrolments e, lateral (select to_char(e.left_at at time zone 'Asia/Shanghai', 'YYYY"Q"Q') as quarter) q
  where e.left_at is not null and zp_role() is not null
  group by e.authority, q.quarter
$$;

-- One sheet of a session: everybody who had confirmed and not left when it began, present if named.
-- Tells counts: of the named those it does not know, present, absent, and who had never been present.
create function record_sheet(session uuid, named uuid[], at_ timestamptz)
returns table (unknown integer, present integer, absent integer, started integer)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  s sessions%rowtype;
begin
  select * into s from sessions x where x.id = session and zp_at_home(x.organisation_id);
  if not found then
    raise exception 'not this organisation''s session' using errcode = '42501';
  end if;
  select count(*) into unknown from (select distinct unnest(named) as id) n
  where not exists (select 1 from enrolments e where e.id = n.id and e.class_id = s.class_id);
  select count(*) filter (where e.id = any (named)), count(*) filter (where e.id <> all (named)),
    count(*) filter (where e.id = any (named) and not e.started)
  into present, absent, started
  from enrolments e
  where e.class_id = s.class_id and e.confirmed_at <= lower(s.during)
    and (e.left_at is null or e.left_at > lower(s.during));
  if unknown = 0 then
    insert into attendance (session_id, enrolment_id, class_id, authority, organisation_id,
      trainee_id, present, by_subject, at)
    select s.id, e.id, s.class_id, s.authority, s.organisation_id, e.trainee_id,
      e.id = any (named), zp_subject(), at_
    from enrolments e
    where e.class_id = s.class_id and e.confirmed_at <= lower(s.during)
      and (e.left_at is null or e.left_at > lower(s.during))
    order by e.id;
  end if;
  return next;
end $$;

-- Carries an approved correction out. Tells its officer how the class's figures change.
create function correct_attendance(correction uuid, numerator integer, denominator integer, at_ timestamptz)
returns table (started integer, completed integer, lost_day date)
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  r attendance_corrections%rowtype;
  before enrolments%rowtype;
  after enrolments%rowtype;
begin
  select * into r from attendance_corrections x
  where x.id = correction and x.state = 'approved' and x.decided_by = zp_subject()
    and zp_decides_for(x.authority);
  if not found then
    raise exception 'not this officer''s decision' using errcode = '42501';
  end if;
  select * into before from enrolments e where e.id = r.enrolment_id for update;
  insert into attendance as a (session_id, enrolment_id, class_id, authority, organisation_id,
    trainee_id, present, by_subject, at)
  values (r.session_id, r.enrolment_id, r.class_id, r.authority, r.organisation_id,
    before.trainee_id, r.present, zp_subject(), at_)
  on conflict (session_id, enrolment_id) do update
    set present = excluded.present, by_subject = excluded.by_subject, at = excluded.at;
  update enrolments e set completed = e.left_at is null
    and e.hours_attended::bigint * denominator >= c.hours::bigint * numerator
  from training_classes c
  where e.id = r.enrolment_id and c.id = e.class_id and c.closed_at is not null;
  select * into after from enrolments e where e.id = r.enrolment_id;
  started := after.started::integer - before.started::integer;
  completed := after.completed::integer - before.completed::integer;
  -- The day that is no attended one any more: no other session of it was attended.
  select (lower(s.during) at time zone 'Asia/Shanghai')::date into lost_day
  from sessions s where s.id = r.session_id and not r.present and not exists (
    select 1 from attendance a join sessions o on o.id = a.session_id
    where a.enrolment_id = r.enrolment_id and a.present
      and (lower(o.during) at time zone 'Asia/Shanghai')::date
        = (lower(s.during) at time zone 'Asia/Shanghai')::date);
  return next;
end $$;
