"""Create complaints and their reach."""

from pathlib import Path

from shared import migrations

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create the table."""
    migrations.script("gateway", SQL / "0003_grievances.sql")
