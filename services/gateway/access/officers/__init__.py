"""Officers: invited by an administrator, activated by a code, let in by password and TOTP."""
