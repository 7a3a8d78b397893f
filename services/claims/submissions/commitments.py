"""Which claims are a matter of commitment; what a commitment is, is in shared. Pure."""

from collections.abc import Sequence

from shared import commitments, problems
from shared.commitments import Given
from shared.plans.texts import Matter, Text


class RouteNotOpen(problems.Problem):
    """Only claims of commissioned classes are a matter of commitment. 六(三), POLICY 8.15."""

    status = 422
    code = "route_not_open"
    title_zh = "告知承诺只适用于项目制培训班的补贴申领，请改用提交材料的方式"
    title_en = "Only claims for commissioned classes are made by commitment; hand in documents"


PROBLEMS = (*commitments.PROBLEMS, RouteNotOpen)


def check(
    given: Given, matter: Matter, *, bases: Sequence[str], responsible: str | None, sandbox: bool
) -> Text:
    """Return the text that is promised. Raises one of PROBLEMS."""
    if matter.commissions_only and set(bases) != {"commission"}:
        raise RouteNotOpen
    return commitments.check(given, matter, responsible=responsible, sandbox=sandbox)
