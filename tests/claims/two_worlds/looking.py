"""Everything that an institution may read, asked at once and written down without ids."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from uuid import UUID

import httpx
from fastapi.routing import APIRoute

from services.claims.submissions.schemas import SUBSIDY_STATEMENTS
from shared import access
from shared.principal import Principal, Role
from tests.registry.world import SIGNER
from tests.suite import Suite

# Ids, hashes and the bank's batch codes are drawn anew in each world: one read twice reads alike.
NAMELESS = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32,64}\b"
    r'|(?<="batch_code":")[0-9A-Z]+'
)
Json = dict[str, Any]
TRACE = re.compile(r'(?<="trace":")[0-9a-f]{32}')
# Who hears of a claim's people at all; the others are asked at the end of a life.
NEAREST = ("registry", "claims")
# Where the keys of paths and questions are kept; other words of paths are of the plan.
KEPT = {
    "claim_id": ("claims", "claims"),
    "class_id": ("registry", "training_classes"),
    "commission_id": ("institutions", "commissions"),
    "notice_id": ("claims", "notices"),
    "objection_id": ("claims", "objections"),
    "offering_id": ("institutions", "offerings"),
    "organisation_id": ("institutions", "organisations"),
    "roster_id": ("registry", "rosters"),
}


async def stored(suite: Suite) -> dict[str, list[str]]:
    """Return every stored key by the name that paths give it, oldest first."""
    return {
        name: [
            str(row["id"])
            for row in await suite.sql(service, f'select id from "{table}" order by 1')
        ]
        for name, (service, table) in KEPT.items()
    }


@dataclass(slots=True)
class Diary:
    """What the institution of one world read, page by page, and the names it gave to ids."""

    suite: Suite
    by: Principal
    pages: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def note(self, what: str, answer: httpx.Response) -> Any:
        """Write an answer down under a name; return its JSON."""
        assert what not in self.pages, what
        before = len(self.names)

        def name(found: re.Match[str]) -> str:
            return self.names.setdefault(found[0], f"<{what} {len(self.names) - before}>")

        text = NAMELESS.sub(name, TRACE.sub("", answer.text))
        self.pages[what] = f"{answer.status_code} {answer.headers['content-type']} {text}"
        assert answer.status_code < 500, (what, answer.text)
        return answer.json() if "json" in answer.headers["content-type"] else None

    def know(self, keys: Iterable[UUID]) -> None:
        """Name ids in an order that both worlds share."""
        for key in keys:
            self.names.setdefault(str(key), f"<{len(self.names)}>")

    async def look(self, when: str, services: Sequence[str] = NEAREST) -> None:
        """Ask every operation of services that reads, with every key of every path."""
        keys = await stored(self.suite)
        for service in services:
            client = self.suite.service(service, self.by)
            if service == "gateway":
                client = self.suite.gateway(self.by)
            for route in readable(self.suite, service):
                for path in _paths(route, keys):
                    known = NAMELESS.sub(lambda found: self.names.get(found[0], "<?>"), path)
                    what = f"{when}: {service} {known}"
                    # A page about what no page has told of yet has no name of its own.
                    n = sum(one.startswith(what) for one in self.pages)
                    self.note(f"{what} {n}", await client.get(path))


def readable(suite: Suite, service: str) -> list[APIRoute]:
    """List the operations that read and that an institution may call."""
    here = suite.apps[service].state.service
    return [
        route
        for route in access.operations(suite.apps[service])
        if Role.ORGANISATION in here.access.rows[route.name].roles and "GET" in route.methods
    ]


def differing(one: Diary, other: Diary) -> list[str]:
    """Say where two institutions read different things."""
    found = []
    for what in {**one.pages, **other.pages}:
        here, there = one.pages.get(what, ""), other.pages.get(what, "")
        if here != there:
            same = takewhile(lambda pair: pair[0] == pair[1], zip(here, there, strict=False))
            at = max(0, sum(1 for _ in same) - 80)
            found.append(f"{what}: {here[at : at + 200]} | {there[at : at + 200]}")
    return found


def _paths(route: APIRoute, keys: dict[str, list[str]]) -> list[str]:
    """Fill in a route's path and required questions: one path for each key that is known."""
    paths = [route.path]
    for one in route.dependant.path_params:
        known = keys.get(one.alias) or ["1"]
        paths = [path.replace(f"{{{one.alias}}}", key) for path in paths for key in known]
    for one in route.dependant.query_params:
        if one.field_info.is_required():
            known = keys.get(one.alias) or ["1"]
            mark = "&" if "?" in paths[0] else "?"
            paths = [f"{path}{mark}{one.alias}={key}" for path in paths for key in known]
    return paths


def claim(class_id: UUID) -> Json:
    """Fill in a claim for a class by commitment."""
    return {
        "matter": "claim-training-subsidy",
        "class_ids": [str(class_id)],
        "route": "commitment",
        "commitment": {
            "matter": "claim-training-subsidy",
            "version": "2019-09-17.1",
            "language": "zh-Hans",
            "statements": list(SUBSIDY_STATEMENTS),
            "signer": SIGNER,
        },
    }
