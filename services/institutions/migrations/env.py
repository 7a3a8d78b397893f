"""Run the institutions service's migrations."""

from services.institutions.tables import Base
from shared import migrations

migrations.run_env(Base.metadata)
