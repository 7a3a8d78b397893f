"""Run the gateway service's migrations."""

from services.gateway.tables import Base
from shared import migrations

migrations.run_env(Base.metadata)
