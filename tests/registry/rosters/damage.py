"""Damage honest files the way disks, mails and bored people do."""

import json
from collections.abc import Callable
from random import Random

from tests.registry.rosters import books, test_reading


def _fold(part: bytes) -> bytes:
    """Put a worksheet into a sound workbook, so that damage reaches the parser."""
    return books.folded(books.parts(part))


def _as_it_is(data: bytes) -> bytes:
    return data


# Kind: the honest bytes to damage, and what is done with them afterwards.
HONEST: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "archive": (books.plain_book(), _as_it_is),
    "worksheet": (books.sheet(books.roster_rows()), _fold),
    "xls": (test_reading.old_workbook(), _as_it_is),
    "csv": (test_reading.TEXT.encode(), _as_it_is),
    "json": (
        json.dumps([{"name": books.NAME, "id_number": books.ID_NUMBER}] * 9).encode(),
        _as_it_is,
    ),
}


def damaged(data: bytes, chance: Random) -> bytes:
    """Flip some bytes, cut, repeat a piece, or put noise into the middle."""
    broken = bytearray(data)
    way = chance.randrange(4)
    at = chance.randrange(len(broken))
    if way == 0:
        for _ in range(chance.choice((1, 5, 50))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
    elif way == 1:
        del broken[at : at + chance.randrange(1, 600)]
    elif way == 2:
        broken[at:at] = broken[at : at + chance.randrange(1, 3_000)] * chance.choice((1, 30))
    else:
        broken[at : at + 4] = chance.randbytes(chance.choice((4, 8, 64)))
    return bytes(broken)
