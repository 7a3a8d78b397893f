"""Which paths go on to a service: plain segments, nothing encoded, nothing that climbs."""

import re

from shared.problems import NotFound

OUTER = "/v1"
# Identifiers and words only. No percent sign, so nothing can be hidden from who reads the path
# here and decoded by who reads it there; no empty segment, none that begins with a dot.
PLAIN = re.compile(rb"/v1(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,199}){1,12}")


def inner(raw: bytes) -> str:
    """Return a service's path for a path of ours. Raises NotFound for any other form."""
    if PLAIN.fullmatch(raw) is None:
        raise NotFound
    return raw.decode("ascii").removeprefix(OUTER)
