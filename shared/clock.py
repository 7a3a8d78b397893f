"""The clock: one object, read at the edge and passed in. Business calendar: Asia/Shanghai.

A sandbox reads its time from a file that every process of the suite shares, so that a year can be
lived in a minute. It is business time only: tokens, TOTP, leases and time-outs use machine time.
"""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock:
    """Machine time."""

    def now(self) -> datetime:
        """Return this instant, aware."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the business day in Asia/Shanghai."""
        return self.now().astimezone(SHANGHAI).date()


class FixedClock(Clock):
    """A clock that a test holds still."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the instant set last."""
        return self.at


class SuiteClock(Clock):
    """The sandbox's clock: a file that holds the difference to machine time, in seconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's instant; it runs on at the pace of machine time."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return datetime.now(UTC)
        if (seen := (stat.st_mtime_ns, stat.st_ino)) != self._seen:
            self._offset = timedelta(seconds=float(self._path.read_text("ascii")))
            self._seen = seen
        return datetime.now(UTC) + self._offset

    def set(self, at: datetime) -> None:
        """Move the suite to `at`; every process reads it at its next look."""
        offset = (at - datetime.now(UTC)).total_seconds()
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(f"{offset:.6f}", "ascii")
        fresh.replace(self._path)


def business_day(at: datetime) -> date:
    """Return the Asia/Shanghai calendar day of an instant."""
    return at.astimezone(SHANGHAI).date()
