"""Request budgets: so many a minute, of one principal or one address, by class of request."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from shared.clock import Clock
from shared.problems import Problem

WINDOW_S = 60
READS, WRITES, UPLOADS, LOGINS, MISSES = "reads", "writes", "uploads", "logins", "misses"
LOGIN_PATHS = frozenset(
    {
        "/v1/oauth/token",
        "/v1/officers/activation",
        "/v1/officers/login",
        "/v1/wechat/login",
        "/v1/wechat/bindings",
        "/v1/wechat/tickets/redemption",
    }
)
UPLOAD_PATHS = frozenset({"/v1/rosters"})
MISSED = frozenset({401, 404})


class TooManyRequests(Problem):
    """The budget of this class of requests is spent until the minute is over."""

    status = 429
    code = "too_many_requests"
    title_zh = "请求过于频繁，请稍后再试"
    title_en = "Too many requests; please wait"


def class_of(method: str, path: str) -> str:
    """Return the class that a request counts in."""
    if path in LOGIN_PATHS:
        return LOGINS
    if method in {"GET", "HEAD", "OPTIONS"}:
        return READS
    return UPLOADS if path in UPLOAD_PATHS else WRITES


@dataclass(slots=True)
class _Window:
    """A minute that began with its first request."""

    ends: float
    count: int


class Budgets:
    """Counts in this process's memory: a copy of the gateway gives each caller its own budget."""

    def __init__(self, per_minute: Mapping[str, int], machine: Clock) -> None:
        self._amounts: dict[str, int] = {}
        self._machine = machine
        self._windows: dict[tuple[str, str], _Window] = {}
        self._sweep_at = 0.0
        self.allow(per_minute)

    def allow(self, per_minute: Mapping[str, int]) -> None:
        """Set budgets, and forget what was counted."""
        self._amounts |= per_minute
        self._windows.clear()

    def spend(self, name: str, who: str) -> dict[str, str]:
        """Count a request; return the headers that say what is left. Raises TooManyRequests."""
        window, now = self._window(name, who)
        if window.count >= self._amounts[name]:
            raise self._refusal(name, window, now)
        window.count += 1
        return self._left(name, window, now)[1]

    def require(self, name: str, who: str) -> None:
        """Refuse who has spent a budget, without counting. Raises TooManyRequests."""
        window = self._windows.get((name, who))
        if window is not None and window.count >= self._amounts[name]:
            now = self._machine.now().timestamp()
            if now < window.ends:
                raise self._refusal(name, window, now)

    def count(self, name: str, who: str) -> None:
        """Count without refusing."""
        self._window(name, who)[0].count += 1

    def _window(self, name: str, who: str) -> tuple[_Window, float]:
        now = self._machine.now().timestamp()
        if now >= self._sweep_at:
            # Once a minute: a caller who is gone takes no room.
            self._windows = {key: one for key, one in self._windows.items() if now < one.ends}
            self._sweep_at = now + WINDOW_S
        window = self._windows.get((name, who))
        if window is None or now >= window.ends:
            window = self._windows[name, who] = _Window(now + WINDOW_S, 0)
        return window, now

    def _refusal(self, name: str, window: _Window, now: float) -> TooManyRequests:
        seconds, headers = self._left(name, window, now)
        return TooManyRequests(headers={**headers, "Retry-After": str(seconds)})

    def _left(self, name: str, window: _Window, now: float) -> tuple[int, dict[str, str]]:
        amount, seconds = self._amounts[name], max(1, math.ceil(window.ends - now))
        return seconds, {
            "RateLimit-Policy": f'"{name}";q={amount};w={WINDOW_S}',
            "RateLimit": f'"{name}";r={max(0, amount - window.count)};t={seconds}',
        }
