"""What an officer's reach must include before something is written for an authority."""

from shared.principal import Principal
from shared.problems import Problem

MUNICIPAL = "650400"


class OutOfReach(Problem):
    """The authority named in the request is not one of the officer's."""

    status = 403
    code = "authority_out_of_reach"
    title_zh = "该主管单位不在您的管辖范围内"
    title_en = "This authority is not within your reach"


class MunicipalOnly(Problem):
    """Only an officer of the municipal office may do this."""

    status = 403
    code = "municipal_only"
    title_zh = "此事项由市本级办理"
    title_en = "Only the municipal office does this"


def require(by: Principal, authority: str) -> None:
    """Raise OutOfReach unless the officer acts for the authority."""
    if authority not in by.authorities:
        raise OutOfReach


def require_municipal(by: Principal) -> None:
    """Raise MunicipalOnly unless the officer acts for the municipal office."""
    if MUNICIPAL not in by.authorities:
        raise MunicipalOnly
