"""Who is asking: the one value that row security, the access table and the audit trail see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Role(StrEnum):
    """What a caller is. The access table is written in these words."""

    PUBLIC = "public"
    VISITOR = "visitor"  # a WeChat log-in that no office has bound to a person yet
    TRAINEE = "trainee"
    ORGANISATION = "organisation"
    OFFICER = "officer"  # 人社 officer of one or more authorities
    FINANCE = "finance"  # 财政 officer
    DEPARTMENT = "department"  # lead or duty department: progress only
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"  # accounts and clients, no trainees
    SERVICE = "service"  # a service in its own name, for a stated purpose


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: subject, role and reach. `authorities` are division codes."""

    subject: str
    role: Role
    authorities: tuple[str, ...] = field(default=())
    organisation: UUID | None = None
    trainee: UUID | None = None
    office: str | None = None
    purpose: str | None = None
    login: UUID | None = None

    def claims(self) -> dict[str, Any]:
        """Return the token claims that carry this principal."""
        found: dict[str, Any] = {"sub": self.subject, "role": self.role.value}
        if self.authorities:
            found["authorities"] = list(self.authorities)
        for name in ("organisation", "trainee", "login"):
            if (value := getattr(self, name)) is not None:
                found[name] = str(value)
        for name in ("office", "purpose"):
            if (value := getattr(self, name)) is not None:
                found[name] = value
        return found

    def settings(self) -> tuple[str, str, str, str, str, str, str]:
        """Return what row security reads, in the order of `database.SCOPE`."""
        return (
            self.subject,
            self.role.value,
            ",".join(self.authorities),
            str(self.organisation or ""),
            str(self.trainee or ""),
            self.purpose or "",
            str(self.login or ""),
        )


PUBLIC = Principal("public", Role.PUBLIC)


def of_claims(claims: Mapping[str, Any]) -> Principal:
    """Read a principal back from verified token claims; KeyError or ValueError if they are odd."""

    def words(name: str) -> str | None:
        value = claims.get(name)
        if value is not None and not (isinstance(value, str) and value):
            raise ValueError(name)
        return value

    def uuid(name: str) -> UUID | None:
        value = words(name)
        return UUID(value) if value else None

    subject, authorities = words("sub"), claims.get("authorities", [])
    if subject is None or not isinstance(authorities, list):
        raise ValueError("sub, authorities")
    if not all(isinstance(code, str) and code for code in authorities):
        raise ValueError("authorities")
    return Principal(
        subject=subject,
        role=Role(claims["role"]),
        authorities=tuple(authorities),
        organisation=uuid("organisation"),
        trainee=uuid("trainee"),
        office=words("office"),
        purpose=words("purpose"),
        login=uuid("login"),
    )


def service(name: str, purpose: str) -> Principal:
    """Return the principal of a service acting in its own name for one purpose."""
    return Principal(f"service:{name}", Role.SERVICE, purpose=purpose)
