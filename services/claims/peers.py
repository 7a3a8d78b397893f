"""The claims service's only HTTP to other services: facts of people, terms of classes."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.claims.provisions.facts import Price
from services.claims.submissions.gathering import ClassTerms
from shared import problems
from shared.client import PeerClient, PeerNotFound, PeerUnavailable
from shared.service import Service

INSTITUTIONS, REGISTRY = ["institutions"], ["registry"]
# An employer that trains its own staff needs no listing. POLICY 8.26
EMPLOYS = {"applied", "listed"}
CODES_MAX = 5_000
Json = Mapping[str, Any]
Question = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms by class, the registered responsible person, and organisations by credit code."""

    classes: Mapping[UUID, ClassTerms]
    signer: str
    employers: Mapping[str, str]


class Institutions:
    """Terms of classes, prices, signers and accounts."""

    def __init__(self, here: Service) -> None:
        self._here = here
        self._client = PeerClient(
            here.urls["institutions"], service="institutions", transport=here.transport
        )

    async def terms(self, told: Json, *, organisation_id: UUID) -> Terms:
        """Say the terms of classes as the registry told them, and who signs. Raises NotFound.

        One read whatever their number; equal questions are asked once. Lists name employers by
        credit code: which organisations those are is asked with it.
        """
        asked = {UUID(one["id"]): _asked(one) for one in told["classes"]}
        different = list(dict.fromkeys(asked.values()))
        try:
            found = await self._client.post_json(
                "/internal/class-terms",
                token=self._here.token(purpose="class_terms", audience=INSTITUTIONS),
                body={
                    "organisation_id": str(organisation_id),
                    "classes": [dict(one) for one in different],
                    "credit_codes": _codes(told["lines"]),
                },
            )
        except PeerNotFound:
            raise problems.NotFound from None
        found = _promised("institutions", found, "terms")
        with _answer_of("institutions"):
            terms = dict(zip(different, map(_terms, found["terms"]), strict=True))
            return Terms(
                classes={class_id: terms[one] for class_id, one in asked.items()},
                signer=found["signer"],
                employers=found["employers"] | {found["credit_code"]: str(organisation_id)},
            )

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
        with _answer_of("institutions"):
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

    async def class_facts(
        self, class_ids: Sequence[UUID], *, claim_id: UUID, claimant: UUID | None = None
    ) -> dict[str, Any]:
        """Return classes and their lines, without names, in one call. Raises NotFound.

        Each person's log has one entry for a claim, however often it is asked; none where a
        claimant asks for classes of another organisation.
        """
        body = {"class_ids": [str(one) for one in class_ids], "claim_id": str(claim_id)}
        if claimant is not None:
            body["claimant_id"] = str(claimant)
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
            found = await self._client.post_json(path, token=token, body=body)
        except PeerNotFound:
            raise problems.NotFound from None
        return _promised("registry", found, "classes", "lines")

    async def require_visible(self, class_id: UUID, *, token: str) -> None:
        """Ask as the caller for a class: who is not invited to it hears no more than NotFound."""
        if await self._client.get_json(f"/classes/{class_id}", token=token, optional=True) is None:
            raise problems.NotFound

    async def own_benefits(self, *, token: str) -> list[dict[str, Any]]:
        """Return what the caller received before, as lists say; none for whom nobody knows."""
        found = await self._client.get_json("/me/benefits", token=token, optional=True)
        if found is None:
            return []
        items: list[dict[str, Any]] = _promised("registry", found, "items")["items"]
        return items

    async def note_read(self, trainee_id: UUID, *, issue_id: UUID, office: str | None) -> None:
        """Note for a person, before it happens, that an office opens their appeal.

        Of whom the registry knows nothing (any more), there is nobody to be told.
        """
        body = {
            "trainee_id": str(trainee_id),
            "what": "appeal",
            "issue_id": str(issue_id),
            "office": office,
        }
        token = self._here.token(purpose="reading", audience=REGISTRY)
        with contextlib.suppress(PeerNotFound):
            await self._client.post_json("/internal/reads", token=token, body=body)

    async def masked_names(
        self, trainee_ids: Sequence[UUID], *, issue: UUID, office: str | None
    ) -> list[dict[str, Any]]:
        """Return persons' names, masked there, for one public notice; logged for each person."""
        return await self._payees("public_notice", trainee_ids, issue_id=issue, office=office)

    async def bank_accounts(
        self, trainee_ids: Sequence[UUID], *, issue_id: UUID, office: str
    ) -> list[dict[str, Any]]:
        """Return persons' names and whole accounts for one bank file; logged for each person."""
        people = await self._payees("bank_file", trainee_ids, issue_id=issue_id, office=office)
        with _answer_of("registry"):
            return [{**one, "id": one["trainee_id"]} for one in people]

    async def _payees(
        self, purpose: str, trainee_ids: Sequence[UUID], *, issue_id: UUID, office: str | None
    ) -> list[dict[str, Any]]:
        found = await self._client.post_json(
            "/internal/payees",
            token=self._here.token(purpose="payees", audience=REGISTRY),
            body={
                "trainee_ids": [str(one) for one in trainee_ids],
                "purpose": purpose,
                "issue_id": str(issue_id),
                "office": office,
            },
        )
        people: list[dict[str, Any]] = _promised("registry", found, "payees")["payees"]
        return people

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


@contextlib.contextmanager
def _answer_of(peer: str) -> Iterator[None]:
    """Take an answer that does not hold what was agreed for no answer: nothing was stored yet."""
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise PeerUnavailable(peer) from error


def _promised(peer: str, found: Any, *lists: str) -> dict[str, Any]:
    """Return an answer that has its lists; any other is as good as none: nothing was stored yet."""
    whole = isinstance(found, dict) and all(
        isinstance(found.get(name), list) and all(isinstance(one, dict) for one in found[name])
        for name in lists
    )
    if not whole:
        raise PeerUnavailable(peer)
    answer: dict[str, Any] = found
    return answer


def _asked(told: Json) -> Question:
    """Ask for a class on its first day."""
    return (
        ("offering_id", str(told["offering_id"])),
        ("commission_id", str(told["commission_id"]) if told["commission_id"] else None),
        ("authority", told["authority"]),
        ("on", told["starts_on"]),
    )


def _codes(lines: Sequence[Json]) -> list[str]:
    """List the different credit codes by which registers name employers."""
    named = [line["facts"]["employer"] for line in lines]
    return sorted({code for one in named if one for code in one["credit_codes"]})[:CODES_MAX]


def _terms(found: Json) -> ClassTerms:
    roles = {"institution"} if found["institution"] == "listed" else set()
    if found["employer"] in EMPLOYS:
        roles.add("employer")
    return ClassTerms(
        roles=frozenset(roles),
        offering_hours=found["offering_hours"],
        rate=_price(found["rate"]),
        commission=_price(found["commission"]),
    )


def _price(found: Json | None) -> Price | None:
    return Price(found["fen_per_person"], found["document_number"]) if found else None


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


def feed_of_registry(here: Service) -> PeerClient:
    """Return a client that reads the registry's feed."""
    client = PeerClient(here.urls["registry"], service="registry", transport=here.transport)
    here.closers.append(client.aclose)
    return client
