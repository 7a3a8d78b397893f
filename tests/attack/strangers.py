"""Who must not reach a side's things: every role, from elsewhere, next door, above, or nowhere."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.principal import PUBLIC, Principal, Role
from tests.attack.lives.scene import finance, json
from tests.institutions import world as directory
from tests.registry import people
from tests.registry.world import CITY, GAOCHANG, SHANSHAN, World
from tests.suite import Suite

REVOKED = UUID("01700000-0000-7000-8000-0000000000de")
NEAR_MISS = "650402X"  # begins like 高昌区


@dataclass(frozen=True, slots=True)
class Stranger:
    """A caller and how they stand to the side under attack."""

    relation: str
    principal: Principal

    @property
    def name(self) -> str:
        """Return what a report calls them."""
        return f"{self.principal.role.value} ({self.relation})"


def official(role: Role, *authorities: str) -> Principal:
    """Return somebody in an office."""
    office = f"{(*authorities, '650499')[0]}/hrss"
    return Principal(f"officer:{uuid4()}", role, authorities=authorities, office=office)


async def gathered(suite: Suite) -> list[Stranger]:
    """Return them all; the persons have records of their own, made before the watch begins."""
    office = suite.service("institutions", suite.officer(GAOCHANG))
    school = directory.organisation(authority=GAOCHANG, name="高昌区邻校")
    made = await office.post("/organisations", json=school)
    sibling_school = json(made)["id"]
    sibling = await people.person(suite, "同区·邻人")
    other = await people.person(suite, "别县·外人", authority=SHANSHAN)
    officials = (Role.OFFICER, Role.FINANCE, Role.AUDITOR, Role.DEPARTMENT)
    return [
        *(Stranger("other authority", official(role, SHANSHAN)) for role in officials),
        *(Stranger("parent authority", official(role, CITY)) for role in officials[:3]),
        *(Stranger("no authority", official(role)) for role in officials[:3]),
        Stranger("like authority", official(Role.OFFICER, NEAR_MISS)),
        Stranger("sibling organisation", suite.organisation(sibling_school)),
        Stranger("other organisation", suite.organisation(uuid4())),
        Stranger("sibling person", suite.trainee(sibling.id, sibling.login)),
        Stranger("other person", suite.trainee(other.id, other.login)),
        Stranger("nobody yet", Principal(f"visitor:{uuid4()}", Role.VISITOR, login=uuid4())),
        Stranger("everybody", PUBLIC),
        Stranger("administrator", official(Role.ADMINISTRATOR, GAOCHANG)),
        *(
            Stranger(
                f"purpose {purpose}", Principal(f"service:{by}", Role.SERVICE, purpose=purpose)
            )
            for by, purpose in (("registry", "settle"), ("gateway", ""), ("claims", "start"))
        ),
        # Their own authority and organisation, but not their work.
        *(Stranger("own authority", official(role, GAOCHANG)) for role in officials[:1]),
        Stranger("own authority", finance(GAOCHANG)),
        *(Stranger("own authority", official(role, GAOCHANG)) for role in officials[2:]),
    ]


def own(suite: Suite, world: World) -> Stranger:
    """Return a client of the side's own institution: for what is no institution's work."""
    return Stranger("own organisation", suite.organisation(world.institution.id))


NEAR = ("own authority", "own organisation")


def revoked(principal: Principal) -> Principal:
    """Return the caller as somebody whose tokens were revoked."""
    kind = principal.subject.partition(":")[0]
    login = REVOKED if principal.login else None
    return replace(principal, subject=f"{kind}:{REVOKED}", login=login)


async def revoke(suite: Suite) -> None:
    """Put the revoked on the gateway's list."""
    subjects = [
        f"{kind}:{REVOKED}" for kind in ("officer", "client", "trainee", "visitor", "login")
    ]
    await suite.sql(
        "gateway",
        "insert into revocations (subject, not_before)"
        " select s, $2 from unnest($1::text[]) as s on conflict do nothing",
        subjects,
        datetime(2100, 1, 1, tzinfo=UTC),
    )
