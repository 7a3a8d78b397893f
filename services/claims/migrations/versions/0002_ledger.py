"""Create the ledger: accounts, transfers, the balances they make, and who may see and move what."""

from pathlib import Path

from shared import migrations

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create everything."""
    migrations.script("claims", SQL / "0002_ledger.sql")
