"""`python -m services backup` and `restore`: what they say, and what they refuse."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from shared import postgres
from tests.registry.world import world
from tests.suite import SERVICES, Suite

OTHER = "command_"


@pytest.fixture
def places(suite: Suite) -> dict[str, dict[str, str]]:
    """Give the environments of the suite and of empty databases beside it."""
    return {
        prefix: {
            f"{name.upper()}_OWNER_DATABASE_URL": postgres.database_urls(
                suite.cluster, name, prefix
            )[1]
            for name in SERVICES
        }
        for prefix in (suite.prefix, OTHER)
    }


async def _services(*arguments: object, **environment: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", *map(str, arguments)),
        env=environment | {"PATH": "", "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_a_backup_is_restored_by_command_into_empty_databases_only(
    suite: Suite, places: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """The state's hash is told by both and is the same; keys are asked for, never included."""
    await world(suite)
    await suite.settle()
    backup, data = tmp_path / "backup", suite.keys.parent
    code, said = await _services("backup", backup, "--data", data, **places[suite.prefix])
    assert code == 0, said
    assert "密钥不在其中" in said
    assert not [path for path in backup.iterdir() if "jwk" in path.name or "sealing" in path.name]
    again, refusal = await _services("backup", backup, "--data", data, **places[suite.prefix])
    assert (again, "exists already" in refusal) == (1, True)
    postgres.ensure_databases(suite.cluster, prefix=OTHER)
    try:
        options = ("--data", tmp_path / "new")
        code, refusal = await _services("restore", backup, *options, **places[OTHER])
        assert (code, "keys" in refusal) == (1, True), refusal
        options = (*options, "--keys", suite.keys)
        code, told = await _services("restore", backup, *options, **places[OTHER])
        assert code == 0, told
        assert said.partition("状态摘要 ")[2][:64] == told.partition("状态摘要 ")[2][:64]
        assert (tmp_path / "new" / "keys" / "registry.sealing.json").exists()
        code, refusal = await _services("restore", backup, *options, **places[OTHER])
        assert (code, "not empty" in refusal) == (1, True)
    finally:
        for name in SERVICES:
            suite.cluster.psql("-c", f"drop database {OTHER}{name} with (force)")
