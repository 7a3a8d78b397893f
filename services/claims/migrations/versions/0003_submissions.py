"""Create claims, their lines and decisions, slots and holds, and the rates of the allowance."""

from pathlib import Path

from shared import migrations

revision = "0003"
down_revision = "0002"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.script("claims", SQL / "0003_submissions.sql")
