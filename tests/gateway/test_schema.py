"""Promises about the gateway's database as a whole."""

from services.gateway.access import models as access
from services.gateway.grievances import models as grievances
from services.gateway.progress import models as progress
from services.gateway.tables import Base
from tests import schema
from tests.suite import Suite


async def test_the_table_classes_equal_the_migration(suite: Suite) -> None:
    """Columns, types and nullability are the same on both sides; no table is forgotten."""
    assert access.Base is progress.Base is grievances.Base is Base
    without = await schema.tables_of(suite, "gateway") - set(Base.metadata.tables)
    assert without == set()
    found = await schema.differences(suite, "gateway", Base.metadata, without_class=without)
    assert found == []
