-- Makes what a PostgreSQL server needs before the first migration: for every service a database,
-- the role that owns it (migrations) and the role that the service runs as, which owns nothing.
-- May be run again at any time. As a superuser, or as a role with CREATEROLE and CREATEDB:
--
--     psql -X -d postgres -f deploy/postgres/roles.sql
--
-- Passwords come from the environment (REGISTRY_OWNER_PASSWORD, REGISTRY_APP_PASSWORD, ...); a role
-- whose variable is unset or empty keeps the password it has, at first none.
-- `-v services='registry claims'` (at most four) and `-v prefix=zhipei_` narrow or rename.

\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;

\if :{?services}
\else
    \set services 'institutions registry claims gateway'
\endif
\if :{?prefix}
\else
    \set prefix zhipei_
\endif

-- Roles ------------------------------------------------------------------------------------------

select format(
    'create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', role)
from unnest(string_to_array(:'services', ' ')) as service,
    unnest(array[service || '_owner', service || '_app']) as role
where not exists (select from pg_roles where rolname = role)
\gexec

-- A role made by someone else may carry more than it should; row security would then hold nobody.
select exists (
    select from pg_roles, unnest(string_to_array(:'services', ' ')) as service
    where rolname in (service || '_owner', service || '_app')
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
) as too_mighty \gset
\if :too_mighty
    do $$ begin
        raise exception 'a service role has superuser, bypassrls, createrole, createdb or '
            'replication: take it away, row security does not hold such a role';
    end $$;
\endif

-- A client that hangs inside a transaction holds locks and old rows; the owner migrates unhurried.
select format('alter role %I set %s', service || '_app', setting)
from unnest(string_to_array(:'services', ' ')) as service,
    unnest(array[
        'idle_in_transaction_session_timeout = ''5s''', 'statement_timeout = ''15s''']) as setting
\gexec

\set institutions_owner ''
\set institutions_app ''
\set registry_owner ''
\set registry_app ''
\set claims_owner ''
\set claims_app ''
\set gateway_owner ''
\set gateway_app ''
\getenv institutions_owner INSTITUTIONS_OWNER_PASSWORD
\getenv institutions_app INSTITUTIONS_APP_PASSWORD
\getenv registry_owner REGISTRY_OWNER_PASSWORD
\getenv registry_app REGISTRY_APP_PASSWORD
\getenv claims_owner CLAIMS_OWNER_PASSWORD
\getenv claims_app CLAIMS_APP_PASSWORD
\getenv gateway_owner GATEWAY_OWNER_PASSWORD
\getenv gateway_app GATEWAY_APP_PASSWORD
select format('alter role %I password %L', role, password)
from (values
    ('institutions_owner', :'institutions_owner'), ('institutions_app', :'institutions_app'),
    ('registry_owner', :'registry_owner'), ('registry_app', :'registry_app'),
    ('claims_owner', :'claims_owner'), ('claims_app', :'claims_app'),
    ('gateway_owner', :'gateway_owner'), ('gateway_app', :'gateway_app')
) as given (role, password)
where password <> ''
    and regexp_replace(role, '_(owner|app)$', '') = any (string_to_array(:'services', ' '))
\gexec

-- Databases --------------------------------------------------------------------------------------

-- Who is no superuser must be a member of a role to give it a database.
select format('grant %I to current_user', service || '_owner')
from unnest(string_to_array(:'services', ' ')) as service
where not (select rolsuper from pg_roles where rolname = current_user)
\gexec

-- The order of code points, the same on every server; before 17 the server's own order stays.
select format(
    'create database %I owner %I template template0 encoding ''UTF8'' %s',
    :'prefix' || service, service || '_owner',
    case when current_setting('server_version_num')::int >= 170000
        then 'locale_provider builtin builtin_locale ''C.UTF-8''' else '' end)
from unnest(string_to_array(:'services', ' ')) as service
where not exists (select from pg_database where datname = :'prefix' || service)
\gexec

select format('revoke connect, temporary on database %I from public', :'prefix' || service)
from unnest(string_to_array(:'services', ' ')) as service
\gexec
-- Bulk rows come by COPY through a temporary table; the public door has no bulk rows.
select format('grant %s on database %I to %I',
    case service when 'gateway' then 'connect' else 'connect, temporary' end,
    :'prefix' || service, service || '_app')
from unnest(string_to_array(:'services', ' ')) as service
\gexec
-- Only where the whole server is ours: elsewhere others may rely on these.
select format('revoke connect on database %I from public', datname)
from pg_database
where datname in ('postgres', 'template1')
    and (select rolsuper from pg_roles where rolname = current_user)
\gexec

-- Extensions: exclusion constraints over a key and a period, and search by parts of a name -------

\set extensions 'create extension if not exists btree_gist; create extension if not exists pg_trgm;'
select :'prefix' || split_part(:'services', ' ', 1) as database1,
    :'prefix' || split_part(:'services', ' ', 2) as database2,
    :'prefix' || split_part(:'services', ' ', 3) as database3,
    :'prefix' || split_part(:'services', ' ', 4) as database4,
    split_part(:'services', ' ', 2) <> '' as has2,
    split_part(:'services', ' ', 3) <> '' as has3,
    split_part(:'services', ' ', 4) <> '' as has4 \gset
\connect :database1
set client_min_messages = warning;
:extensions
\if :has2
    \connect :database2
    set client_min_messages = warning;
    :extensions
\endif
\if :has3
    \connect :database3
    set client_min_messages = warning;
    :extensions
\endif
\if :has4
    \connect :database4
    set client_min_messages = warning;
    :extensions
\endif
