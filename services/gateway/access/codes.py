"""Codes that people read out and type, and secrets that machines keep."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like something else
GROUPS, GROUP = 4, 4  # 79 bits
SECRET_BYTES = 32


def new_code() -> str:
    """Return a code of four groups of four characters."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def normal(code: str) -> str:
    """Return what counts of a code as somebody typed it."""
    return "".join(c for c in code.upper() if c.isalnum())


def new_secret() -> str:
    """Return 32 random bytes as text that needs no escaping."""
    return secrets.token_urlsafe(SECRET_BYTES)
