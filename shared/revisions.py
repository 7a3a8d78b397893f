"""Which revision of a database this code wants; a service asks it at its start, without alembic."""

from pathlib import Path

SERVICES = Path(__file__).resolve().parent.parent / "services"


def head(service: str) -> str:
    """Return the newest revision that this code has of a service's database."""
    versions = SERVICES / service / "migrations" / "versions"
    return max(path.name[:4] for path in versions.glob("[0-9]*.py"))
