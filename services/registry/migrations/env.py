"""Run the registry service's migrations."""

from services.registry.tables import Base
from shared import migrations

migrations.run_env(Base.metadata)
