"""Money: whole fen, no floats; one function rounds and names its direction."""

import re
from enum import StrEnum
from fractions import Fraction
from typing import Final, NewType

__all__ = ["LARGEST", "Direction", "Fen", "NotMoney", "share", "text", "yuan"]

Fen = NewType("Fen", int)

# What the database's int8 holds.
LARGEST: Final = Fen(2**63 - 1)

_YUAN: Final = re.compile(r"(-?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?")
_DIGITS: Final = 30


class NotMoney(ValueError):
    """The text is not an exact amount in yuan and fen."""


class Direction(StrEnum):
    """Where a fraction of a fen goes; the sign of the amount does not change it."""

    DOWN = "down"
    UP = "up"
    HALF_UP = "half_up"


def yuan(amount: str) -> Fen:
    """Read an amount in yuan exactly: "1234.5", "1,234.50", "¥1,234.50", "-3".

    Raises NotMoney for more than two decimals, misplaced commas and what int8 cannot hold.
    """
    match = _YUAN.fullmatch(amount.replace("¥", "", 1)) if len(amount) <= _DIGITS else None
    if match is None:
        raise NotMoney("an amount in yuan has at most two decimals")
    sign, whole, decimals = match.groups()
    fen = int(whole.replace(",", "")) * 100 + int((decimals or "").ljust(2, "0"))
    if fen > LARGEST:
        raise NotMoney("the amount is larger than the ledger holds")
    return Fen(-fen if sign else fen)


def text(fen: Fen) -> str:
    """Write an amount for people: ¥1,234.50."""
    whole, part = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{whole:,}.{part:02}"


def share(fen: Fen, part: Fraction, direction: Direction) -> Fen:
    """Take a part of an amount, rounding to whole fen in the direction named.

    Down is towards zero, up away from it, half up to the nearer fen and away from zero between two.
    Raises TypeError for a part that is not exact.
    """
    if not isinstance(part, Fraction):
        raise TypeError("a part is a Fraction")
    exact = fen * part
    size = abs(exact)
    whole, rest = divmod(size.numerator, size.denominator)
    if direction is Direction.UP:
        whole += rest > 0
    elif direction is Direction.HALF_UP:
        whole += 2 * rest >= size.denominator
    return Fen(-whole if exact < 0 else whole)
