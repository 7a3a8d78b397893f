"""Create the claims service's mechanisms and tables."""

from shared import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    migrations.mechanisms("claims", "0001")
