"""The claims service's only HTTP to other services: facts of people, terms of classes."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.claims.provisions.facts import Price
from services.claims.submissions.gathering import ClassTerms
from shared import problems
from shared.client import Params, PeerClient, PeerNotFound
from shared.service import Service

INSTITUTIONS, REGISTRY = ["institutions"], ["registry"]
CLASS_FILED = "class.filed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What institutions has to know of a class to say its terms."""

    organisation_id: UUID
    offering_id: UUID
    commission_id: UUID | None
    authority: str
    on: date


@dataclass(frozen=True, slots=True)
class Signer:
    """An organisation's registered responsible person, and the organisation's credit code."""

    name: str
    credit_code: str


class Institutions:
    """Standing, prices and signers."""

    def __init__(self, here: Service) -> None:
        self._here = here
        self._client = PeerClient(
            here.urls["institutions"], service="institutions", transport=here.transport
        )

    async def terms(self, asked: Iterable[Asked], *, token: str) -> dict[Asked, ClassTerms]:
        """Say the terms of classes; equal questions are asked once. Raises PeerNotFound.

        `token` is the caller's own, for prices: rates are public, a contract is its parties'.
        """
        different = list(dict.fromkeys(asked))
        found = await asyncio.gather(*(self._terms(one, token) for one in different))
        return dict(zip(different, found, strict=True))

    async def _terms(self, asked: Asked, token: str) -> ClassTerms:
        standing = await self.standing(
            organisation_id=asked.organisation_id, offering_id=asked.offering_id, on=asked.on
        )
        rate = commission = None
        if asked.commission_id is None:
            rate = await self._rate(asked, token)
        else:
            commission = await self._commission(asked.commission_id, token)
        roles = {"institution"} if standing["listed_institution"] else set()
        if standing["employer"]:
            roles.add("employer")
        offering = standing["offering"]
        return ClassTerms(
            roles=frozenset(roles),
            offering_hours=offering["hours"] if offering else 0,
            rate=rate,
            commission=commission,
        )

    async def standing(
        self, *, organisation_id: UUID, offering_id: UUID, on: date
    ) -> dict[str, Any]:
        """Say what an organisation may do with an offering on a day. Raises PeerNotFound."""
        params: Params = {
            "organisation_id": str(organisation_id),
            "offering_id": str(offering_id),
            "on": on.isoformat(),
        }
        token = self._here.token(purpose="standing", audience=INSTITUTIONS)
        found: dict[str, Any] = await self._client.get_json(
            "/internal/standing", token=token, params=params
        )
        return found

    async def _rate(self, asked: Asked, token: str) -> Price | None:
        found = await self._client.get_json(
            f"/offerings/{asked.offering_id}/rates",
            token=token,
            params={"on": asked.on.isoformat()},
        )
        for one in found["rates"]:
            if one["authority"] == asked.authority and one["state"] == "set":
                return Price(one["fen_per_person"], one["document_number"])
        return None

    async def _commission(self, commission_id: UUID, token: str) -> Price | None:
        found = await self._client.get_json(
            f"/commissions/{commission_id}", token=token, optional=True
        )
        if found is None:
            return None
        return Price(found["price_fen_per_person"], found["document_number"])

    async def signer(self, *, organisation_id: UUID) -> Signer:
        """Say who signs for an organisation. Raises PeerNotFound."""
        found = await self._client.get_json(
            f"/internal/organisations/{organisation_id}/signer",
            token=self._here.token(purpose="signer", audience=INSTITUTIONS),
        )
        return Signer(found["name"], found["credit_code"])

    async def bank_accounts(
        self, organisation_ids: Sequence[UUID], *, issue_id: UUID
    ) -> list[dict[str, Any]]:
        """Return organisations' names and whole accounts for one bank file; logged there."""
        found = await self._client.post_json(
            "/internal/organisation-accounts",
            token=self._here.token(purpose="bank_file", audience=INSTITUTIONS),
            body={
                "organisation_ids": [str(one) for one in organisation_ids],
                "purpose": "bank_file",
                "issue_id": str(issue_id),
            },
        )
        return [{**one, "id": one["organisation_id"]} for one in found["payees"]]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class Registry:
    """The facts of a decision, asked for by claims for that one purpose."""

    def __init__(self, here: Service) -> None:
        self._here = here
        self._client = PeerClient(
            here.urls["registry"], service="registry", transport=here.transport
        )

    async def class_facts(self, class_ids: Sequence[UUID], *, claim_id: UUID) -> dict[str, Any]:
        """Return classes and their lines, without names, in one call. Raises NotFound.

        Each person's log has one entry for a claim, however often it is asked.
        """
        body = {"class_ids": [str(one) for one in class_ids], "claim_id": str(claim_id)}
        return await self._facts("/internal/class-facts", body)

    async def person_facts(
        self, trainee_id: UUID, class_ids: Sequence[UUID], *, claim_id: UUID
    ) -> dict[str, Any]:
        """Return one person's own places in classes, with the days attended. NotFound."""
        body = {
            "trainee_id": str(trainee_id),
            "class_ids": [str(one) for one in class_ids],
            "claim_id": str(claim_id),
        }
        return await self._facts("/internal/person-facts", body)

    async def _facts(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        token = self._here.token(purpose="facts", audience=REGISTRY)
        try:
            found: dict[str, Any] = await self._client.post_json(path, token=token, body=body)
        except PeerNotFound:
            raise problems.NotFound from None
        return found

    async def masked_names(
        self, trainee_ids: Sequence[UUID], *, issue: UUID, office: str | None
    ) -> list[dict[str, Any]]:
        """Return persons' names, masked there, for one public notice; logged for each person."""
        found = await self._client.post_json(
            "/internal/payees",
            token=self._here.token(purpose="payees", audience=REGISTRY),
            body={
                "trainee_ids": [str(one) for one in trainee_ids],
                "purpose": "public_notice",
                "issue_id": str(issue),
                "office": office,
            },
        )
        people: list[dict[str, Any]] = found["payees"]
        return people

    async def bank_accounts(
        self, trainee_ids: Sequence[UUID], *, issue_id: UUID, office: str
    ) -> list[dict[str, Any]]:
        """Return persons' names and whole accounts for one bank file; logged for each person."""
        found = await self._client.post_json(
            "/internal/payees",
            token=self._here.token(purpose="payees", audience=REGISTRY),
            body={
                "trainee_ids": [str(one) for one in trainee_ids],
                "purpose": "bank_file",
                "issue_id": str(issue_id),
                "office": office,
            },
        )
        return [{**one, "id": one["trainee_id"]} for one in found["payees"]]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class FeedOfRegistry(PeerClient):
    """The registry's feed, with the subject of each class: slot keys are made of it.

    It is asked of institutions where the event does not say it, before any transaction begins.
    """

    def __init__(self, here: Service) -> None:
        super().__init__(here.urls["registry"], service="registry", transport=here.transport)
        self._here = here

    async def get_json(
        self, path: str, *, token: str, params: Params | None = None, optional: bool = False
    ) -> Any:
        """Return a page of the feed."""
        page = await super().get_json(path, token=token, params=params, optional=optional)
        for event in page["events"]:
            if event["type"] == CLASS_FILED and "subject_code" not in event["data"]:
                event["data"]["subject_code"] = await self._subject(event)
        return page

    async def _subject(self, event: dict[str, Any]) -> str:
        standing = await institutions(self._here).standing(
            organisation_id=UUID(event["organisation"]),
            offering_id=UUID(event["data"]["offering_id"]),
            on=date.fromisoformat(event["data"]["starts_on"]),
        )
        return str(standing["offering"]["subject_code"])


def institutions(here: Service) -> Institutions:
    """Return this service's client of institutions, made at its first use."""
    client: Institutions | None = here.extra.get("institutions")
    if client is None:
        client = here.extra["institutions"] = Institutions(here)
        here.closers.append(client.aclose)
    return client


def registry(here: Service) -> Registry:
    """Return this service's client of the registry, made at its first use."""
    client: Registry | None = here.extra.get("registry")
    if client is None:
        client = here.extra["registry"] = Registry(here)
        here.closers.append(client.aclose)
    return client


def feed_of_registry(here: Service) -> FeedOfRegistry:
    """Return a client that reads the registry's feed."""
    client = FeedOfRegistry(here)
    here.closers.append(client.aclose)
    return client
