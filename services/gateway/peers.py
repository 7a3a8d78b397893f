"""The services behind the gateway: what it asks of them itself, and the lanes it passes through."""

import contextlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from shared import client
from shared.client import PeerClient, PeerNotFound, PeerProblem
from shared.problems import NotFound, Problem
from shared.service import Service

UPLOAD_TIMEOUT = httpx.Timeout(60.0, connect=client.CONNECT_S).as_dict()
# Whom a service may ask on: the audience of an inside token (DESIGN.md 2.3).
ASKS = {
    "institutions": ("institutions",),
    "registry": ("registry", "institutions"),
    "claims": ("claims", "registry", "institutions"),
}


class BindingCodeRefused(Problem):
    """The registry knows no such code for this log-in; told in its own words."""

    status = 422
    code = "binding_code_refused"
    title_zh = "绑定码无效或已过期，请到主管单位窗口重新领取"
    title_en = "The code does not hold; please ask the office for a new one"


class PatientClient(PeerClient):
    """A peer client for what takes its time: uploads and settling. Its places are its own."""

    def _request(
        self, method: str, path: str, *, query: bytes = b"", **given: Any
    ) -> httpx.Request:
        request = super()._request(method, path, query=query, **given)
        request.extensions["timeout"] = UPLOAD_TIMEOUT
        return request


@dataclass(frozen=True, slots=True)
class Lanes:
    """The two ways to one service: long uploads never keep short requests waiting."""

    quick: PeerClient
    patient: PatientClient


@dataclass(frozen=True, slots=True)
class Peers:
    """The three services."""

    lanes: dict[str, Lanes]

    async def authority_of(self, here: Service, organisation: UUID, *, on: date) -> str:
        """Return the authority of an organisation. Raises NotFound, PeerUnavailable."""
        found = await self.lanes["institutions"].quick.get_json(
            "/internal/standing",
            token=here.token(purpose="standing", audience=["institutions"]),
            params={"organisation_id": str(organisation), "on": on.isoformat()},
            optional=True,
        )
        record = (found or {}).get("organisation")
        if record is None:
            raise NotFound
        return str(record["authority"])

    async def redeem(self, here: Service, *, code: str, login: UUID, key: str) -> UUID:
        """Return whose binding code it is. Raises BindingCodeRefused, PeerUnavailable."""
        try:
            answer = await self.lanes["registry"].quick.post_json(
                "/internal/bindings",
                token=here.token(purpose="binding", audience=["registry"]),
                body={"code": code, "login_id": str(login)},
                key=key,
            )
        except PeerProblem as refused:
            raise BindingCodeRefused from refused
        return UUID(answer["trainee_id"])

    async def note_read(
        self, here: Service, trainee: UUID, *, issue: UUID, office: str | None
    ) -> None:
        """Note for a person, before it happens, that an office opens their complaint.

        Of whom the registry knows nothing (any more), there is nobody to be told. Raises
        PeerUnavailable.
        """
        body = {"trainee_id": str(trainee), "what": "complaint", "issue_id": str(issue)}
        with contextlib.suppress(PeerNotFound):
            await self.lanes["registry"].quick.post_json(
                "/internal/reads",
                token=here.token(purpose="reading", audience=["registry"]),
                body=body | {"office": office},
            )


def connect(here: Service) -> Peers:
    """Make the lanes to the three services and have them closed with the service."""
    lanes = {}
    for name in ASKS:
        url, transport = here.urls[name], here.transport
        lanes[name] = Lanes(
            PeerClient(url, service=name, transport=transport),
            PatientClient(url, service=name, transport=transport),
        )
        if transport is None:  # a transport that was handed in belongs to who made it
            here.closers += [lanes[name].quick.aclose, lanes[name].patient.aclose]
    return Peers(lanes)
