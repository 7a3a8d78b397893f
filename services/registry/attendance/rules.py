"""When a sheet may be filed. Pure. POLICY 8.4; matter class-filing: 当日登记."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
SAME_DAY = 0  # what the matter's text asks for where the provision names no number of days


def sheet_days(terms: Mapping[str, Any]) -> int:
    """Return within how many days after the session's own a sheet may be filed."""
    return int(terms.get("sheet_days", SAME_DAY))


def sheet_until(day: date, *, days: int, released_at: datetime | None) -> datetime:
    """Return the first instant at which a session's sheet is late.

    A class that an office held counts from the day of its release: no one loses hours to a hold.
    """
    if released_at is not None:
        day = max(day, released_at.astimezone(SHANGHAI).date())
    return datetime.combine(day + timedelta(days=days + 1), time(), SHANGHAI)
