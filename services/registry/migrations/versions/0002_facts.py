"""Create what claims asks of the registry: registers, benefits, statements, accounts."""

from pathlib import Path

from shared import migrations

revision = "0002"
down_revision = "0001"

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    """Create the tables, their reach and the functions that answer for them."""
    migrations.script("registry", SQL / "0002_facts.sql")
