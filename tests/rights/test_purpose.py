"""Purposes: a service reads for a named one, and institutions nothing of money. POLICY.md 9.7."""

from shared.principal import Role
from tests.rights import described
from tests.suite import Suite

# What teaching does not need: money, status and identity of a person.
NOT_TEACHING = {
    *("id_number", "phone", "account_number", "holder", "pension", "poor_household", "categories"),
    *("category", "said", "trainee_id", "born_on", "birth", "guardian", "left_at"),
}


async def test_an_institution_reads_no_field_that_teaching_does_not_need(suite: Suite) -> None:
    """In any answer of the registry that an organisation can get."""
    found = {
        f"{one.name}.{field}"
        for one in described.operations(suite)
        if one.service == "registry" and Role.ORGANISATION in one.row.roles
        for field in one.answers & NOT_TEACHING
    }
    assert found == set()


async def test_whole_identities_leave_the_registry_for_services_with_a_purpose(
    suite: Suite,
) -> None:
    """Account and number are answered to the person, or to a service that says what for."""
    whole = {"id_number", "account_number", "phone", "trainee_id"}
    for one in described.operations(suite):
        if one.service == "registry" and one.others() and one.answers & whole:
            assert one.row.roles <= {Role.SERVICE, Role.TRAINEE}, one.name
            assert one.row.purposes, one.name


async def test_nothing_about_persons_is_exported_in_bulk(suite: Suite) -> None:
    """Files are for payment, the sender of a roster, and the sheet of one claim, and no others."""
    found: dict[str, set[str]] = {"format": set(), "not JSON": set()}
    for one in described.operations(suite):
        if "format" in one.query:
            found["format"].add(one.name)
        for status, answer in one.raw["responses"].items():
            kinds = {kind for kind in answer.get("content", {}) if "json" not in kind}
            if status.startswith("2") and kinds and not one.name.startswith("page_"):
                found["not JSON"].add(one.name)
    assert found == {
        "format": {"download_bank_file", "download_roster_result", "read_roster_template"},
        "not JSON": {"print_approval_sheet"},
    }
