"""Binding codes: ten characters that a tired eye does not mistake for one another."""

import secrets

# Without 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U V: what is read aloud or copied by hand stays the same.
ALPHABET = "ACDEFGHJKMNPRTWXY34679"
LENGTH = 10


def draw() -> str:
    """Draw a code: 22^10, more than 10^13 of them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalise(typed: str) -> str:
    """Write a typed code the one way it is compared: capitals, no spaces or dashes."""
    return "".join(character for character in typed.upper() if character not in " -\u3000")
