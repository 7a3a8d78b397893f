"""Create the counting of person-times paid, and of those that count a category."""

from pathlib import Path

from shared import migrations

revision = "0006"
down_revision = "0005"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create functions and triggers."""
    migrations.script("claims", SQL / "0006_counting.sql")
