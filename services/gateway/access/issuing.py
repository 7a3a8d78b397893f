"""Outside tokens: good at the gateway only, an hour for systems and officers, two for people."""

from uuid import UUID

from services.gateway.access.models import Client, Officer
from shared import routing, tokens
from shared.principal import Principal, Role
from shared.service import Service

SYSTEM_S = 60 * 60
OFFICER_S = 60 * 60
PERSON_S = 2 * 60 * 60
LONGEST_S = PERSON_S


class TokenOut(routing.Out):
    """A bearer token and how many seconds it lives."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the type's name, not a secret
    expires_in: int


def outside(here: Service, principal: Principal, *, ttl_s: int) -> str:
    """Sign an outside token."""
    return tokens.mint(
        here.signer,
        audience=["zhipei"],
        typ=tokens.TokenType.OUTSIDE,
        ttl_s=ttl_s,
        claims=principal.claims(),
    )


def officer(row: Officer) -> Principal:
    """Return the principal of an officer."""
    return Principal(
        f"officer:{row.id}", Role(row.role), authorities=tuple(row.authorities), office=row.office
    )


def client(row: Client) -> Principal:
    """Return the principal of a client; a county's system reads as an auditor of its county."""
    subject = f"client:{row.id}"
    if row.kind == "organisation":
        return Principal(subject, Role.ORGANISATION, organisation=row.organisation_id)
    return Principal(subject, Role.AUDITOR, authorities=tuple(row.authorities), office=row.office)


def person(login: UUID, trainee: UUID | None) -> Principal:
    """Return the principal of a WeChat log-in: a visitor until it is bound to a person."""
    if trainee is None:
        return Principal(f"visitor:{login}", Role.VISITOR, login=login)
    return Principal(f"trainee:{trainee}", Role.TRAINEE, trainee=trainee, login=login)
