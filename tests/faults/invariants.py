"""The invariants I1–I10 over a suite in memory: what `python -m services check` asks as well."""

from services import checks
from tests.suite import Suite


async def broken(suite: Suite) -> list[str]:
    """Recount everything that is stored; return the promises that do not hold."""
    await suite.transport.settle()
    findings = await checks.examine(suite.owners, suite.keys)
    return [checks.line(found) for found in findings if found.wrong]
