"""Create the bank accounts of organisations, and who may enter, confirm and read them."""

from pathlib import Path

from shared import migrations

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.script("institutions", SQL / "0002_accounts.sql")
