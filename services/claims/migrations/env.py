"""Run the claims service's migrations."""

from services.claims.tables import Base
from shared import migrations

migrations.run_env(Base.metadata)
