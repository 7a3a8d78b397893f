"""Create the gateway's mechanisms, the tables of access, their reach and functions."""

from pathlib import Path

from shared import migrations

revision = "0001"
down_revision = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.mechanisms("gateway", "0001")
    migrations.script("gateway", SQL / "0001_start.sql")
    migrations.script("gateway", SQL / "0001_access.sql")
