"""The registry's only HTTP to other services: what institutions says of organisations."""

import time
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.classes.facts import Assessor, Commission, Offering, Standing
from shared.client import PeerClient
from shared.service import Service

AUDIENCE = ["institutions"]
NAMES_KEPT_S = 60.0
NAMES_MAX = 10_000


class Institutions:
    """Standings, assessors and signers, each asked for by the registry for one purpose."""

    def __init__(self, here: Service) -> None:
        self._here = here
        self._client = PeerClient(
            here.urls["institutions"], service="institutions", transport=here.transport
        )
        self._names: dict[UUID, tuple[float, str]] = {}

    async def standing(
        self,
        *,
        organisation_id: UUID,
        offering_id: UUID,
        commission_id: UUID | None,
        on: date,
        until: date,
    ) -> Standing:
        """Say what an organisation may do with an offering on a day. Raises PeerNotFound.

        Its licence has to cover the offering until the last day too.
        """
        first = await self._standing(organisation_id, offering_id, commission_id, on)
        if until == on:
            return first
        last = await self._standing(organisation_id, offering_id, commission_id, until)
        return replace(first, licence_covers=first.licence_covers and last.licence_covers)

    async def _standing(
        self, organisation_id: UUID, offering_id: UUID, commission_id: UUID | None, on: date
    ) -> Standing:
        found = await self._client.get_json(
            "/internal/standing",
            token=self._here.token(purpose="standing", audience=AUDIENCE),
            params={
                "organisation_id": str(organisation_id),
                "offering_id": str(offering_id),
                "commission_id": str(commission_id) if commission_id else None,
                "on": on.isoformat(),
            },
        )
        return Standing(
            organisation_id=UUID(found["organisation"]["id"]),
            organisation_name=found["organisation"]["name"],
            listed_institution=found["listed_institution"],
            employer=found["employer"],
            licence_covers=found["licence_covers"],
            offering=_offering(found["offering"]),
            offering_in_edition=found["offering_in_edition"],
            commission=_commission(found["commission"]),
        )

    async def name(self, *, organisation_id: UUID, offering_id: UUID, on: date) -> str:
        """Return an organisation's name, at most a minute old. Raises PeerNotFound.

        Every person who looks at an invitation reads it: one question a minute is enough.
        """
        kept = self._names.get(organisation_id)
        if kept is None or kept[0] < time.monotonic():
            found = await self._standing(organisation_id, offering_id, None, on)
            if len(self._names) >= NAMES_MAX:
                self._names.clear()
            kept = (time.monotonic() + NAMES_KEPT_S, found.organisation_name)
            self._names[organisation_id] = kept
        return kept[1]

    async def assessor(
        self,
        *,
        organisation_id: UUID,
        subject_code: str,
        kind: str,
        level: int | None,
        on: date,
    ) -> Assessor | None:
        """Say what an assessment body may do with a subject on a day; None if there is none."""
        found = await self._client.get_json(
            f"/internal/assessors/{organisation_id}",
            token=self._here.token(purpose="standing", audience=AUDIENCE),
            params={
                "subject_code": subject_code,
                "kind": kind,
                "level": level,
                "on": on.isoformat(),
            },
            optional=True,
        )
        if found is None:
            return None
        return Assessor(found["listed"], found["licence_covers"], found["name"] or "")

    async def signer(self, *, organisation_id: UUID) -> str:
        """Return the name of an organisation's registered responsible person. PeerNotFound."""
        found = await self._client.get_json(
            f"/internal/organisations/{organisation_id}/signer",
            token=self._here.token(purpose="signer", audience=AUDIENCE),
        )
        return str(found["name"])

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def institutions(here: Service) -> Institutions:
    """Return this service's client of institutions, made at its first use."""
    client: Institutions | None = here.extra.get("institutions")
    if client is None:
        client = here.extra["institutions"] = Institutions(here)
        here.closers.append(client.aclose)
    return client


def _offering(found: dict[str, Any] | None) -> Offering | None:
    if found is None:
        return None
    targets = found["targets"]
    return Offering(
        id=UUID(found["id"]),
        kind=found["kind"],
        subject_code=found["subject_code"],
        subject_name=found["subject_name"],
        level=found["level"],
        hours=found["hours"],
        certificate_kind=found["certificate_kind"],
        targets=None if targets is None else tuple(targets),
    )


def _commission(found: dict[str, Any] | None) -> Commission | None:
    if found is None:
        return None
    return Commission(
        id=UUID(found["id"]),
        authority=found["authority"],
        organisation_id=UUID(found["organisation_id"]),
        offering_id=UUID(found["offering_id"]),
        target=found["target"],
        places=found["places"],
        from_date=date.fromisoformat(found["from_date"]),
        to_date=date.fromisoformat(found["to_date"]) if found["to_date"] else None,
        document_number=found["document_number"],
    )
