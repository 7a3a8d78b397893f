"""What comes with a yes: the guardian's consent beside it, and the channel it came through."""

import json
from dataclasses import dataclass
from uuid import UUID

from services.registry.enrolments import rules
from shared.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Guardian:
    """A guardian's consent beside the person's own: sealed, never instead of it."""

    name: str
    relation: str
    phone: str | None

    def sealed(self, sealer: Sealer, *, table: str, row: UUID) -> bytes:
        """Seal the consent for its row."""
        plain = {"name": self.name, "relation": self.relation, "phone": self.phone}
        value = json.dumps(plain, ensure_ascii=False)
        return sealer.seal(value, table=table, column="guardian_sealed", row=row)

    @classmethod
    def opened(cls, sealer: Sealer, sealed: bytes, *, table: str, row: UUID) -> "Guardian":
        """Open a sealed consent."""
        plain = json.loads(sealer.open(sealed, table=table, column="guardian_sealed", row=row))
        return cls(plain["name"], plain["relation"], plain["phone"])


@dataclass(frozen=True, slots=True)
class Given:
    """How a confirmation came: the channel and what belongs to it."""

    channel: str
    said: rules.Yes
    login: UUID | None = None
    device: str | None = None
    network: str | None = None
    paper: UUID | None = None
