"""Tries at what can be guessed: counted before the guess is looked at, forgotten on success.

The count is kept by name, whether or not somebody has it, so that being locked out tells nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import principal as principals
from shared.problems import Problem
from shared.service import Service


@dataclass(frozen=True, slots=True)
class Budget:
    """So many tries at one name in a window that begins with the first."""

    name: str
    most: int
    window: timedelta


LOGIN = Budget("login", 5, timedelta(minutes=15))
ACTIVATION = Budget("activation", 5, timedelta(hours=1))
BINDING = Budget("binding", 5, timedelta(hours=1))


class TooManyAttempts(Problem):
    """Too many wrong tries: also a right one is refused until the window has passed."""

    status = 429
    code = "too_many_attempts"
    title_zh = "尝试次数过多，请稍后再试"
    title_en = "Too many attempts; please try again later"


COUNT = text(
    "insert into attempts (who_index, failures, until) values (:who, 1, :fresh)"
    " on conflict (who_index) do update set"
    " failures = case when attempts.until <= :now then 1"
    " else least(attempts.failures + 1, 1000) end,"
    " until = case when attempts.until <= :now then excluded.until else attempts.until end"
    " returning failures, until"
)
FORGET = text("delete from attempts where who_index = :who")
GIVE_BACK = text(
    "update attempts set failures = failures - 1 where who_index = :who and failures > 1"
)


async def count(*, here: Service, budget: Budget, who: str, now: datetime) -> None:
    """Count one try in a transaction of its own; TooManyAttempts when the budget is spent."""
    values = {"who": _index(here, budget, who), "now": now, "fresh": now + budget.window}
    async with here.database.transaction(principals.service(here.name, "login")) as session:
        failures, until = (await session.execute(COUNT, values)).one()
    if failures > budget.most:
        seconds = max(1, int((until - now).total_seconds()))
        raise TooManyAttempts(headers={"Retry-After": str(seconds)})


async def forget(session: AsyncSession, *, here: Service, budget: Budget, who: str) -> None:
    """Forget the tries: this one was right."""
    await session.execute(FORGET, {"who": _index(here, budget, who)})


async def give_back(*, here: Service, budget: Budget, who: str) -> None:
    """Take one try off again: nobody looked at the guess."""
    async with here.database.transaction(principals.service(here.name, "login")) as session:
        await session.execute(GIVE_BACK, {"who": _index(here, budget, who)})


def _index(here: Service, budget: Budget, who: str) -> bytes:
    return here.sealer.index(f"attempts_{budget.name}", who)
