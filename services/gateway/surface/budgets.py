"""Request budgets: so many a minute, of one principal or one address, by class of request."""

import math
from collections.abc import Mapping

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

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


class Budgets:
    """Counts in this process's memory: a copy of the gateway gives each caller its own budget."""

    def __init__(self, per_minute: Mapping[str, int], machine: Clock) -> None:
        self.per_minute: dict[str, int] = {}
        self._items: dict[str, RateLimitItem] = {}
        self._machine = machine
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self.allow(per_minute)

    def allow(self, per_minute: Mapping[str, int]) -> None:
        """Set budgets, and forget what was counted."""
        self.per_minute |= per_minute
        for name, amount in per_minute.items():
            self._items[name] = RateLimitItemPerMinute(amount, namespace=name)
        self._limiter.storage.reset()

    def spend(self, name: str, who: str) -> dict[str, str]:
        """Count a request; return the headers that say what is left. Raises TooManyRequests."""
        if not self._limiter.hit(self._items[name], who):
            raise self._refusal(name, who)
        return self._left(name, who)[1]

    def require(self, name: str, who: str) -> None:
        """Refuse who has spent a budget, without counting. Raises TooManyRequests."""
        if not self._limiter.test(self._items[name], who):
            raise self._refusal(name, who)

    def count(self, name: str, who: str) -> None:
        """Count without refusing."""
        self._limiter.hit(self._items[name], who)

    def _refusal(self, name: str, who: str) -> TooManyRequests:
        seconds, headers = self._left(name, who)
        return TooManyRequests(headers={**headers, "Retry-After": str(seconds)})

    def _left(self, name: str, who: str) -> tuple[int, dict[str, str]]:
        item = self._items[name]
        stats = self._limiter.get_window_stats(item, who)
        seconds = max(1, math.ceil(stats.reset_time - self._machine.now().timestamp()))
        return seconds, {
            "RateLimit-Policy": f'"{name}";q={item.amount};w={WINDOW_S}',
            "RateLimit": f'"{name}";r={stats.remaining};t={seconds}',
        }
