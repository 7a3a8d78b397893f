"""Create review, samples, stand-ins, holidays, public notices and objections."""

from pathlib import Path

from shared import migrations

revision = "0004"
down_revision = "0003"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.script("claims", SQL / "0004_review.sql")
