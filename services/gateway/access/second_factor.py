"""The second factor (TOTP, RFC 6238), by machine time: a code works once, 30 s either way."""

import hmac
from datetime import datetime

import pyotp

ISSUER = "Zhipei"
STEP_S = 30
DRIFT = (0, -1, 1)


def new_secret() -> str:
    """Return a new shared secret in base 32."""
    return pyotp.random_base32()


def uri(secret: str, *, login: str) -> str:
    """Return what an authenticator app reads as a QR code."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the 30-second step that a code belongs to, or None when it is wrong."""
    factor = pyotp.TOTP(secret, interval=STEP_S)
    step = int(now.timestamp()) // STEP_S
    for drift in DRIFT:
        if hmac.compare_digest(factor.generate_otp(step + drift).encode(), code.encode()):
            return step + drift
    return None
