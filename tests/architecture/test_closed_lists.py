"""The closed lists behind POLICY.md 9: what is stored of a person, told in events, and exported.

Adding to one of them fails here on purpose. Before you extend a list below, read POLICY.md 9 and
say in the commit why the addition meets it.
"""

import importlib
import re
import tomllib
from pathlib import Path

import pytest

from services.claims.event_types import EventType as ClaimsType
from services.gateway.event_types import EventType as GatewayType
from services.institutions.event_types import EventType as InstitutionsType
from services.registry.event_types import EventType as RegistryType
from tests.suite import SERVICES, Suite

LISTS = tomllib.loads((Path(__file__).parent / "closed_lists.toml").read_text("utf-8"))

# Words of what is never stored or offered (POLICY.md 9.3), in names of columns and fields.
FORBIDDEN = re.compile(
    r"ethnic|nationality|minzu|relig|politic|party_member|marital|family|kinship|health|disease"
    r"|medical|biometr|face_?print|fingerprint|template_face|gps|latitude|longitude|geofence"
    r"|trajector|blacklist|credit_score|risk_score_person|decline_reason|leave_reason|left_reason"
    r"|民族|宗教|政治面貌|婚姻|家庭成员|健康|人脸|指纹|定位|轨迹|黑名单",
    re.IGNORECASE,
)


async def _columns(suite: Suite, service: str) -> dict[str, list[str]]:
    rows = await suite.sql(
        service,
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' order by 1, 2",
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["table_name"], []).append(row["column_name"])
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_every_stored_column_is_on_the_list(suite: Suite, service: str) -> None:
    """A new column anywhere is a decision about what is stored, taken in this list."""
    assert await _columns(suite, service) == LISTS["columns"][service]


@pytest.mark.parametrize("service", SERVICES)
async def test_no_column_is_named_after_what_is_never_stored(suite: Suite, service: str) -> None:
    """Ethnicity, religion, politics, family, health, biometrics, location: nowhere."""
    names = [f"{t}.{c}" for t, columns in (await _columns(suite, service)).items() for c in columns]
    assert [name for name in names if FORBIDDEN.search(name)] == []


def test_the_forbidden_words_are_found_when_they_are_there() -> None:
    """The net has no hole where it matters."""
    for name in ("trainees.ethnic_group", "x.GPS", "enrolments.leave_reason", "x.民族"):
        assert FORBIDDEN.search(name)


def test_only_the_registry_stores_who_a_person_is() -> None:
    """Names, numbers and phones of trainees live in one database."""
    for service in ("claims", "gateway", "institutions"):
        for table, columns in LISTS["columns"][service].items():
            assert not {"id_sealed", "id_index", "trainee_name"} & set(columns), (service, table)


@pytest.mark.parametrize(
    ("service", "types"),
    [
        ("registry", RegistryType),
        ("institutions", InstitutionsType),
        ("claims", ClaimsType),
        ("gateway", GatewayType),
    ],
)
def test_event_types_are_a_closed_list(service: str, types: type) -> None:
    """No type tells that a person declined, did not answer or left."""
    assert sorted(str(each) for each in types) == LISTS["event_types"][service]
    for each in types:
        assert not re.search(r"declin|refus|expire|left|leav|depart|withdr.*enrol", str(each))


def test_exports_have_closed_fields() -> None:
    """What leaves the suite as a file about people has these fields and no others."""
    for name, fields in LISTS["exports"].items():
        module, _, attribute = name.partition(":")
        value = getattr(importlib.import_module(module), attribute)
        found = (
            list(value.model_fields) if hasattr(value, "model_fields") else list(map(str, value))
        )
        assert found == fields, name
