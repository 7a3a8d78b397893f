"""What an organisation's account number is, and where an account stands."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

_SEPARATORS = re.compile(r"[\s\-]")
_NUMBER = re.compile(r"[0-9]{8,32}")


class AccountState(StrEnum):
    """Where an account stands."""

    WAITING = "waiting"
    CURRENT = "current"
    ENDED = "ended"


def normalise(number: str) -> str:
    """Return the digits as banks read them: narrow, without spaces and hyphens."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", number))


def wrong(number: str) -> bool:
    """Say whether a normalised number cannot be an organisation's account."""
    return _NUMBER.fullmatch(number) is None


def same_holder(holder: str, name: str) -> bool:
    """Say whether a holder is the organisation: width of characters and spaces do not count."""
    return _plain(holder) == _plain(name)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def state(confirmed_at: datetime | None, ended_at: datetime | None) -> AccountState:
    """Say where an account stands."""
    if ended_at is not None:
        return AccountState.ENDED
    return AccountState.WAITING if confirmed_at is None else AccountState.CURRENT
