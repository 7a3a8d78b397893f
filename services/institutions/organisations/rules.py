"""What an organisation's record must be, and how its standing may move. 六(三); POLICY 2.1, 4.3."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from services.institutions.organisations.models import Role, State
from services.institutions.refusals import Finding, Reason
from shared.standards import credit_code


class OrganisationReason(Reason):
    """Why an organisation cannot be registered or a standing cannot be set."""

    CODE_MISSING = "credit_code_missing", "缺少统一社会信用代码", "The credit code is missing"
    CODE_LENGTH = (
        "credit_code_length",
        "统一社会信用代码应为18位",
        "A credit code has 18 characters",
    )
    CODE_CHARACTERS = (
        "credit_code_characters",
        "统一社会信用代码含有不允许的字符",
        "The credit code has characters that GB 32100 does not know",
    )
    CODE_AUTHORITY = (
        "credit_code_authority",
        "统一社会信用代码的登记管理部门代码不存在",
        "The credit code's registering department does not exist",
    )
    CODE_DIVISION = (
        "credit_code_division",
        "统一社会信用代码的行政区划部分应为6位数字",
        "The credit code's division is not six digits",
    )
    CODE_CHECKSUM = (
        "credit_code_checksum",
        "统一社会信用代码校验码不正确，请核对",
        "The credit code's check character is wrong",
    )
    ROLE_TWICE = "role_twice", "同一身份重复填写", "A role is named twice"
    NOT_A_STEP = (
        "standing_not_a_step",
        "该身份当前状态不能变更为所填状态",
        "The role cannot move from its present state to this one",
    )
    DOCUMENT_MISSING = (
        "document_number_missing",
        "须填写决定文书的文号",
        "A decision needs its document number",
    )


# What may follow the newest entry; None stands for a role that the organisation does not have yet.
STEPS: Final = MappingProxyType(
    {
        None: frozenset({State.APPLIED}),
        State.APPLIED: frozenset({State.LISTED, State.REFUSED}),
        State.LISTED: frozenset({State.SUSPENDED, State.REMOVED}),
        State.SUSPENDED: frozenset({State.LISTED, State.REMOVED}),
        State.REMOVED: frozenset({State.APPLIED}),
        State.REFUSED: frozenset({State.APPLIED}),
    }
)
# An employer that trains its own staff needs no listing (POLICY 8.26): its record is enough.
EMPLOYS: Final = frozenset({State.APPLIED, State.LISTED})


def registration(code: str, roles: Sequence[Role]) -> tuple[Finding, ...]:
    """List everything that is wrong with a registration; the code is normalised."""
    found = []
    if fault := credit_code.check(code):
        found.append(Finding(OrganisationReason(fault.value)))  # type: ignore[call-arg]
    if len(set(roles)) < len(roles):
        found.append(Finding(OrganisationReason.ROLE_TWICE))
    return tuple(found)


def step(newest: State | None, state: State, document_number: str | None) -> tuple[Finding, ...]:
    """List why a role may not move from its newest entry to a state."""
    found = []
    if state not in STEPS[newest]:
        found.append(Finding(OrganisationReason.NOT_A_STEP, newest.value if newest else None))
    if state is not State.APPLIED and document_number is None:
        found.append(Finding(OrganisationReason.DOCUMENT_MISSING))
    return tuple(found)
