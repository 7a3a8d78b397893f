"""Create the institutions service's mechanisms, tables, reach and functions."""

from pathlib import Path

from shared import migrations

revision = "0001"
down_revision = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.mechanisms("institutions", "0001")
    migrations.script("institutions", SQL / "0001_start.sql")
    migrations.script("institutions", SQL / "0001_access.sql")
