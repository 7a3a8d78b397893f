-- Reach: row security is the only row filter. The app role owns nothing; no principal, no rows.
-- Functions marked SECURITY DEFINER apply the scope themselves; access.toml lists each with what it tells.

create function zp_works_for(variadic purposes text[]) returns boolean language sql stable parallel safe
  return zp_role() = 'service' and zp_purpose() = any (purposes);

-- Before there is an administrator, the bootstrap command may make one.
create function administrator_exists() returns boolean language sql stable security definer
set search_path = public, pg_temp as $$
  select exists (select 1 from officers where role = 'administrator')
$$;

alter table officers enable row level security;
create policy seen on officers for select using (
  zp_role() = 'administrator' or zp_works_for('login'));
create policy invited on officers for insert with check (
  zp_role() = 'administrator'
  or (zp_works_for('bootstrap') and role = 'administrator' and not administrator_exists()));
create policy changed on officers for update using (
  zp_role() = 'administrator' or zp_works_for('login'));
grant select, insert on officers to "$app";
grant update (state, password_hash, totp_sealed, last_totp_step, activation_index,
  activation_until, last_login_at) on officers to "$app";

alter table clients enable row level security;
create policy seen on clients for select using (
  zp_role() = 'administrator' or (zp_role() = 'officer' and authorities <@ zp_reach())
  or zp_works_for('login'));
create policy made on clients for insert with check (
  created_by = zp_subject()
  and (zp_role() = 'administrator' or (zp_role() = 'officer' and authorities <@ zp_reach())));
create policy changed on clients for update using (
  zp_role() = 'administrator' or (zp_role() = 'officer' and authorities <@ zp_reach()));
grant select, insert on clients to "$app";
grant update (secret_index, previous_index, previous_until, state) on clients to "$app";

alter table wechat_logins enable row level security;
create policy seen on wechat_logins for select using (id = zp_login() or zp_works_for('login'));
create policy met on wechat_logins for insert with check (
  zp_works_for('login') and trainee_id is null);
grant select, insert on wechat_logins to "$app";

alter table tickets enable row level security;
create policy made on tickets for insert with check (
  zp_role() = 'trainee' and login_id = zp_login());
create policy expired on tickets for delete using (zp_works_for('cleaning'));
create policy due on tickets for select using (zp_works_for('cleaning'));
grant select, insert, delete on tickets to "$app";

alter table attempts enable row level security;
create policy counted on attempts using (zp_works_for('login', 'cleaning'));
grant select, insert, update, delete on attempts to "$app";

alter table revocations enable row level security;
create policy seen on revocations for select using (zp_works_for('door', 'cleaning'));
create policy expired on revocations for delete using (zp_works_for('cleaning'));
grant select, delete on revocations to "$app";

create function revoke_tokens(subject_ text, at_ timestamptz) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not coalesce(
    zp_role() = 'administrator' or subject_ = zp_subject() or zp_works_for('login')
    or (zp_role() = 'officer' and exists (
      select 1 from clients c
      where 'client:' || c.id = subject_ and c.authorities <@ zp_reach())), false) then
    raise exception 'not this caller''s to revoke' using errcode = '42501';
  end if;
  insert into revocations (subject, not_before) values (subject_, at_)
  on conflict (subject) do update
    set not_before = greatest(revocations.not_before, excluded.not_before);
end $$;

-- Links the caller's own log-in to the person that the registry named; an older log-in of the
-- same person loses its link and its tokens. False when the log-in is somebody else's already.
create function bind_login(trainee uuid, at_ timestamptz)
returns table (bound boolean, replaced uuid) language plpgsql security definer
set search_path = public, pg_temp as $$
declare
  older uuid;
begin
  if zp_role() is distinct from 'visitor' or zp_login() is null then
    raise exception 'only a log-in binds itself' using errcode = '42501';
  end if;
  -- One order for everybody: two log-ins that bind the same person wait for each other.
  perform pg_advisory_xact_lock(hashtextextended(trainee::text, 0));
  if exists (select 1 from wechat_logins l
    where l.id = zp_login() and l.trainee_id is not null and l.trainee_id <> trainee) then
    return query select false, null::uuid;
    return;
  end if;
  update wechat_logins l set trainee_id = null, bound_at = null
    where l.trainee_id = trainee and l.id <> zp_login() returning l.id into older;
  update wechat_logins l set trainee_id = trainee, bound_at = coalesce(l.bound_at, at_)
    where l.id = zp_login();
  if not found then
    return query select false, null::uuid;
    return;
  end if;
  if older is not null then
    insert into revocations (subject, not_before) values ('login:' || older, at_)
    on conflict (subject) do update set not_before = excluded.not_before;
  end if;
  return query select true, older;
end $$;

-- A ticket is good once: who holds it is who it was made for, if the log-in is still bound.
create function redeem_ticket(ticket bytea[], at_ timestamptz)
returns table (login_id uuid, trainee_id uuid) language sql volatile security definer
set search_path = public, pg_temp as $$
  with used as (
    delete from tickets t where t.ticket_index = any (ticket) and t.until > at_
    returning t.login_id)
  select l.id, l.trainee_id from used join wechat_logins l on l.id = used.login_id
  where l.trainee_id is not null and zp_role() is not null
$$;
