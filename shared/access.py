"""The access table: who may call which operation. One readable file a service, `access.toml`.

A row is an operation (the name of its function) with the roles that may call it and, for services
acting in their own name, the purposes. A route without a row, or a row without a route, stops the
start. Which rows of data a caller sees is not decided here but by row security.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from shared.principal import Principal, Role
from shared.problems import Forbidden, Unauthenticated


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: roles, purposes of services, and why these."""

    roles: frozenset[Role]
    purposes: frozenset[str]
    why: str


class AccessTable:
    """Rows by operation, and the SECURITY DEFINER functions of the service with what they tell."""

    def __init__(self, rows: Mapping[str, Row], functions: Mapping[str, str]) -> None:
        self.rows = dict(rows)
        self.functions = dict(functions)

    def check(self, operation: str, principal: Principal) -> None:
        """Let the principal call the operation, or raise Unauthenticated or Forbidden."""
        row = self.rows[operation]
        if principal.role not in row.roles:
            if principal.role is Role.PUBLIC:
                raise Unauthenticated
            raise Forbidden
        if principal.role is Role.SERVICE and principal.purpose not in row.purposes:
            raise Forbidden


def load(path: Path) -> AccessTable:
    """Read an access table; ValueError names the row that is wrong."""
    data = tomllib.loads(path.read_text("utf-8"))
    functions = data.pop("functions", {})
    rows = {}
    for name, row in data.items():
        if unknown := set(row) - {"who", "purposes", "why"}:
            message = f"{path.name}: [{name}] has unknown keys {sorted(unknown)}"
            raise ValueError(message)
        roles = frozenset(Role(role) for role in row["who"])
        purposes = frozenset(row.get("purposes", ()))
        if (Role.SERVICE in roles) != bool(purposes):
            message = f"{path.name}: [{name}] names `service` without purposes, or the reverse"
            raise ValueError(message)
        rows[name] = Row(roles, purposes, row["why"])
    return AccessTable(rows, functions)


def verify(app: FastAPI, table: AccessTable) -> None:
    """Compare the routes of an app with its access table; ValueError if they differ."""
    routes = {route.name for route in operations(app)}
    rows = set(table.rows)
    if routes != rows:
        lone, idle = sorted(routes - rows), sorted(rows - routes)
        message = f"routes without a row: {lone}; rows without a route: {idle}"
        raise ValueError(message)


def operations(app: FastAPI) -> list[APIRoute]:
    """List an app's operations: every route that the access table must name."""
    return [route for route in app.routes if isinstance(route, APIRoute)]
