"""Create the projection of progress and its reach."""

from pathlib import Path

from shared import migrations

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create the tables."""
    migrations.script("gateway", SQL / "0002_progress.sql")
