"""Create payments: batches, attempts, sealed files, bank returns, and lines whose ground fell."""

from pathlib import Path

from shared import migrations

revision = "0005"
down_revision = "0004"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.script("claims", SQL / "0005_payments.sql")
