"""A claim's papers as rows: the promise with its signer sealed, or the documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.claims.provisions.facts import Source
from services.claims.submissions.rules import Owner
from shared import ids
from shared.plans.texts import Text
from shared.principal import Principal
from shared.sealing import Sealer


@dataclass(frozen=True, slots=True)
class Papers:
    """How a claim is made: a promise with its text and signer, or documents."""

    route: str
    text: Text | None = None
    statements: tuple[str, ...] = ()
    signer: str | None = None
    documents: tuple[tuple[str, str | None, str], ...] = ()

    @property
    def source(self) -> Source:
        """Say what the claimant's own words are as facts."""
        return Source.COMMITMENT if self.route == "commitment" else Source.DOCUMENT


def rows(
    owner: Owner,
    papers: Papers,
    classes: Sequence[str],
    *,
    sealer: Sealer,
    by: Principal,
    at: datetime,
) -> dict[str, Any]:
    """Write claim and papers as their rows."""
    whose = {
        "authority": owner.authority,
        "organisation_id": _text(owner.organisation_id),
        "trainee_id": None if owner.organisation_id else _text(by.trainee),
    }
    claim = {
        **whose,
        "id": str(owner.claim_id),
        "matter": owner.matter,
        "route": papers.route,
        "state": "decided",
        "submitted_by": by.subject,
        "submitted_at": at.isoformat(),
    }
    below = {**whose, "claim_id": str(owner.claim_id), "at": at.isoformat()}
    promised = papers.text
    commitments = (
        [] if promised is None else [below | _promise(promised, papers, owner, sealer, by)]
    )
    documents = [
        below | {"id": str(ids.uuid7()), "title": title, "number": number, "sha256": rf"\x{sha}"}
        for title, number, sha in papers.documents
    ]
    return {
        "claim": claim,
        "classes": list(classes),
        "commitments": commitments,
        "documents": documents,
    }


def _promise(
    promised: Text, papers: Papers, owner: Owner, sealer: Sealer, by: Principal
) -> dict[str, Any]:
    signer = None
    if papers.signer is not None:
        sealed = sealer.seal(
            papers.signer, table="claim_commitments", column="signer_sealed", row=owner.claim_id
        )
        signer = rf"\x{sealed.hex()}"
    return {
        "matter": promised.matter,
        "version": promised.version,
        "language": promised.language.value,
        "text_sha256": rf"\x{promised.sha256}",
        "statements": sorted(papers.statements),
        "signer_sealed": signer,
        "by_subject": by.subject,
    }


def _text(key: UUID | None) -> str | None:
    return str(key) if key else None
