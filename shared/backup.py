"""Backup and restore of every service at one point in time, proven by a hash of the state.

The services' writers are held for a moment, a snapshot is taken in each database, and everything is
read from those: no reader's cursor is ahead of the feed it reads, no effect is without its event.
Keys are not part of a backup. Without the key folder what is sealed cannot be opened and no chain
can be continued, so a restore asks for it and refuses one that is not this backup's.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import make_url

from shared import events, postgres_bins, tokens
from shared.keyring import KeyRing
from shared.sealing import SealBroken, Sealer

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.signature"
SIGNED_BY: Final = "gateway"
AUDIENCE: Final = "backup"
PROOF: Final = "zhipei"
CHUNK_BYTES: Final = 1 << 20
TRIES: Final = 20
PAUSE_S: Final = 0.5
# In the order in which writers take them: a request its key, then its events; a reader its cursor.
HOLD: Final = "lock table idempotency, events, feed_cursors, event_sequence in share mode"
READABLE: Final = (
    "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres';"
    " set bytea_output = 'hex'; set extra_float_digits = 1; set row_security = off;"
    " set statement_timeout = 0"
)
TABLES: Final = "select tablename from pg_tables where schemaname = 'public' order by tablename"
HASH: Final = (
    "select count(*), encode(sha256(coalesce(string_agg(x.h, ''::bytea order by x.h), '')), 'hex')"
    " from (select sha256(convert_to(zp_row::text, 'UTF8')) as h from \"{}\" zp_row) x"
)
HEAD: Final = (
    "select last_seq, encode(hash, 'hex') as hash from event_batches order by batch desc limit 1"
)


class BackupError(Exception):
    """A backup cannot be made, or is torn, edited, or not of these keys; the message says which."""


async def back_up(
    urls: Mapping[str, str], folder: Path, *, keys: Path, at: datetime
) -> dict[str, Any]:
    """Write every service's state to a new folder and return the manifest.

    `urls` are the owners' addresses. Whatever interrupts it, the folder is whole or not there.
    Raises BackupError.
    """
    fresh = _fresh(folder)
    manifest: dict[str, Any] = {"format": FORMAT, "at": at.isoformat(), "services": {}}
    async with _snapshots(urls) as taken:
        for name, (connection, snapshot) in taken.items():
            dump = fresh / f"{name}.dump"
            await _dump(urls[name], snapshot, dump)
            sealer = Sealer(KeyRing.load(keys / f"{name}.sealing.json"))
            proof = sealer.seal(PROOF.encode(), table=AUDIENCE, column="proof", row=name)
            manifest["services"][name] = {
                "file": dump.name,
                "bytes": dump.stat().st_size,
                "sha256": _sha256(dump),
                "proof": proof.hex(),
                **await _state(connection),
            }
    manifest["state"] = _total(manifest)
    body = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    (fresh / MANIFEST).write_bytes(body)
    (fresh / SIGNATURE).write_text(_sign(body, keys), "ascii")
    _to_disk(fresh)
    fresh.rename(folder)
    return manifest


def _fresh(folder: Path) -> Path:
    if folder.exists():
        raise BackupError(f"{folder} exists already: a backup is never written over.")
    fresh = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True, mode=0o700)
    return fresh


def verified(folder: Path, keys: Path) -> dict[str, Any]:
    """Read a backup's manifest and prove every byte of the backup. Raises BackupError."""
    try:
        body = (folder / MANIFEST).read_bytes()
        signature = (folder / SIGNATURE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise BackupError(f"{folder} holds no whole backup.") from None
    try:
        claims = tokens.verify(
            signature,
            tokens.KeySet(keys / "jwks.json"),
            audience=AUDIENCE,
            issuers={SIGNED_BY},
            typ=tokens.TokenType.HEAD,
        )
    except (tokens.TokenRefused, tokens.KeySetBroken, OSError):
        raise BackupError("The manifest was not signed with these keys.") from None
    if claims.get("manifest") != hashlib.sha256(body).hexdigest():
        raise BackupError("The manifest was edited after it was signed.")
    manifest: dict[str, Any] = json.loads(body)
    if manifest["format"] != FORMAT:
        raise BackupError(f"The backup has format {manifest['format']}, this is {FORMAT}.")
    for name, one in manifest["services"].items():
        _prove(folder / one["file"], one)
        _prove_keys(keys, name, one)
    return manifest


async def restore(folder: Path, urls: Mapping[str, str], *, keys: Path) -> dict[str, Any]:
    """Bring a backup into empty databases, prove their state, and return the manifest.

    `urls` are the owners' addresses of the services to restore: all, or some of them.
    Raises BackupError; a dump that cannot be brought in whole leaves its database empty.
    """
    manifest = verified(folder, keys)
    for name, url in urls.items():
        if name not in manifest["services"]:
            raise BackupError(f"The backup has no service {name}.")
        async with _connected(url) as connection:
            if await connection.fetch(TABLES):
                raise BackupError(f"The database of {name} is not empty: nothing is written over.")
    for name, url in urls.items():
        one = manifest["services"][name]
        await _program(
            "pg_restore",
            *("--exit-on-error", "--single-transaction", "--no-comments"),
            *("--dbname", _libpq(url), str(folder / one["file"])),
            url=url,
        )
        async with _connected(url) as connection:
            await _prove_state(connection, name, one)
    return manifest


@asynccontextmanager
async def _snapshots(
    urls: Mapping[str, str],
) -> AsyncIterator[dict[str, tuple[asyncpg.Connection, str]]]:
    """Hold all writers, take a snapshot of each database, and let the writers go on."""
    async with AsyncExitStack() as stack:
        taken = {}
        readers = {n: await stack.enter_async_context(_connected(u)) for n, u in urls.items()}
        async with _held(urls):
            for name, connection in readers.items():
                await connection.execute("begin isolation level repeatable read, read only")
                taken[name] = connection, await connection.fetchval("select pg_export_snapshot()")
        yield taken


@asynccontextmanager
async def _held(urls: Mapping[str, str]) -> AsyncIterator[None]:
    """Hold what every change writes to, in all databases; give way to writers that take long."""
    for _ in range(TRIES):
        async with AsyncExitStack() as stack:
            try:
                for url in urls.values():
                    connection = await stack.enter_async_context(_connected(url))
                    await connection.execute(f"set lock_timeout = '1s'; begin; {HOLD}")
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                await stack.aclose()
                await asyncio.sleep(PAUSE_S)
                continue
            yield
            return
    raise BackupError("The services' writers could not be held: try again when it is quieter.")


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(_libpq(url, password=True))
    try:
        await connection.execute(READABLE)
        yield connection
    finally:
        await connection.close()


async def _state(connection: asyncpg.Connection) -> dict[str, Any]:
    tables = {}
    for (table,) in await connection.fetch(TABLES):
        rows, hashed = await connection.fetchrow(HASH.format(table))
        tables[table] = {"rows": rows, "hash": hashed}
    head = await connection.fetchrow(HEAD)
    return {
        "revision": await connection.fetchval("select version_num from alembic_version"),
        "head": {"seq": head["last_seq"], "hash": head["hash"]} if head else None,
        "tables": tables,
    }


async def _prove_state(connection: asyncpg.Connection, name: str, one: Mapping[str, Any]) -> None:
    """Compare the restored rows with those that were backed up."""
    found = await _state(connection)
    for table in sorted(found["tables"].keys() | one["tables"].keys()):
        if found["tables"].get(table) != one["tables"].get(table):
            raise BackupError(f"{name}: the table {table} is not what was backed up.")
    if (found["revision"], found["head"]) != (one["revision"], one["head"]):
        raise BackupError(f"{name}: the restored events are not those that were backed up.")


def _prove(file: Path, one: Mapping[str, Any]) -> None:
    if not file.is_file() or file.stat().st_size != one["bytes"]:
        raise BackupError(f"{file.name} is torn: it has not the size that was written.")
    if _sha256(file) != one["sha256"]:
        raise BackupError(f"{file.name} was changed after it was written.")


def _prove_keys(keys: Path, name: str, one: Mapping[str, Any]) -> None:
    """Open what was sealed into the manifest: other keys would open no personal data either."""
    try:
        sealer = Sealer(KeyRing.load(keys / f"{name}.sealing.json"))
        proof = bytes.fromhex(one["proof"])
        opened = sealer.open_bytes(proof, table=AUDIENCE, column="proof", row=name)
    except (OSError, SealBroken):
        opened = b""
    if opened != PROOF.encode():
        raise BackupError(f"The keys of {name} are not those that its data is sealed with.")


def _total(manifest: Mapping[str, Any]) -> str:
    """Hash the state of all services: equal hashes, equal rows."""
    tables = {name: one["tables"] for name, one in manifest["services"].items()}
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def _sign(body: bytes, keys: Path) -> str:
    return tokens.mint(
        tokens.Signer.load(keys / f"{SIGNED_BY}.jwk"),
        audience=[AUDIENCE],
        typ=tokens.TokenType.HEAD,
        ttl_s=events.HEAD_TTL_S,
        claims={"manifest": hashlib.sha256(body).hexdigest()},
    )


async def _dump(url: str, snapshot: str, file: Path) -> None:
    await _program(
        "pg_dump",
        *("--format=custom", f"--snapshot={snapshot}", "--file", str(file), "--dbname"),
        _libpq(url),
        url=url,
    )


async def _program(name: str, *arguments: str, url: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, not the command."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    if password := make_url(url).password:
        kept["PGPASSWORD"] = str(password)
    process = await asyncio.create_subprocess_exec(
        postgres_bins.binaries() / name,
        *arguments,
        env=kept | {"LC_ALL": "C"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode != 0:
        raise BackupError(f"{name} failed: {said.decode(errors='replace').strip()[-2000:]}")


def _libpq(url: str, *, password: bool = False) -> str:
    plain = make_url(url).set(drivername="postgresql")
    if not password:
        plain = plain._replace(password=None)
    return plain.render_as_string(hide_password=False)


def _sha256(file: Path) -> str:
    hashed = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            hashed.update(chunk)
    return hashed.hexdigest()


def _to_disk(folder: Path) -> None:
    """Make the files outlast a crash of the machine before the folder gets its name."""
    for path in [*folder.iterdir(), folder]:
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
