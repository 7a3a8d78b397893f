"""What must be there before a service starts: its keys and its migrated database."""

import os
from collections.abc import Sequence
from pathlib import Path

from shared import migrations, postgres, tokens
from shared.keyring import KeyRing

SERVICES = ("institutions", "registry", "claims", "gateway")
TEMPLATE = '''"""{message}.

Expand, backfill, contract: the release before this one must run on the new schema.
"""

from alembic import op

revision = "{next:04d}"
down_revision = "{last:04d}"


def upgrade() -> None:
    """Write what changes; the lock time-out keeps writers from waiting."""
    op.execute("set local lock_timeout = '5s'")
'''


def keys(folder: Path, services: Sequence[str] = SERVICES) -> None:
    """Make every service's signing key and key ring where missing, and publish the key set."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for service in services:
        if not (folder / f"{service}.jwk").exists():
            tokens.Signer.create(folder / f"{service}.jwk")
        if not (folder / f"{service}.sealing.json").exists():
            KeyRing.create(folder / f"{service}.sealing.json")
    tokens.publish(folder)


def migrate(services: Sequence[str] = SERVICES) -> None:
    """Bring every service's database to its head, as the owner named in the environment."""
    for service in services:
        migrations.upgrade(service, os.environ[f"{service.upper()}_OWNER_DATABASE_URL"])


def new_migration(service: str, message: str) -> Path:
    """Write the next empty migration of a service and return its path; ValueError for odd words."""
    slug = message.strip().lower().replace(" ", "_")
    if service not in SERVICES or not slug.isidentifier():
        raise ValueError("a migration has a service and a message of plain words")
    folder = migrations.ROOT / "services" / service / "migrations" / "versions"
    last = max(int(path.name[:4]) for path in folder.glob("[0-9]*.py"))
    made = folder / f"{last + 1:04d}_{slug}.py"
    made.write_text(TEMPLATE.format(message=message.strip(), last=last, next=last + 1), "utf-8")
    return made


def running_url(data: Path, service: str) -> str:
    """Return the database address of a suite that the launcher runs on this data folder."""
    cluster = postgres.Cluster(data / "postgres")
    url, _ = postgres.database_urls(cluster, service)
    return url
