"""How many statements a claim takes does not depend on its lines."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from tests.claims.submissions import world
from tests.suite import Suite

COPY = 1  # the driver's own, past the cursor


@pytest.mark.parametrize("how_many", [1, 300])
async def test_a_claim_takes_eight_statements(suite: Suite, how_many: int) -> None:
    """Lock and read, COPY, file, three of the ledger's, lines, event."""
    await world.money(suite)
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    lines = [world.line(one, hours_attended=40 - n % 12) for n in range(how_many)]
    seen: list[str] = []

    def note(*told: Any) -> None:
        if "set_config" not in told[2]:
            seen.append(told[2])

    engine = world.service(suite).database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await world.file(suite, institution, world.told(one, lines))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(seen) + COPY == 8, seen
