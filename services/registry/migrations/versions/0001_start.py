"""Create the registry's mechanisms, tables, reach and functions."""

from pathlib import Path

from shared import migrations

revision = "0001"
down_revision = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.mechanisms("registry", "0001")
    migrations.script("registry", SQL / "0001_start.sql")
    migrations.script("registry", SQL / "0001_access.sql")
