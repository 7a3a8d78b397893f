"""Matters and disclosures over HTTP."""

from typing import Annotated

from fastapi import Query

from services.gateway.commitments import asked, disclosure, saying
from services.gateway.commitments.schemas import (
    AllowanceIn,
    ConditionOut,
    DisclosureIn,
    DisclosureOut,
    FilingIn,
    Language,
    MatterDetail,
    MatterOut,
    SubsidyIn,
    TextOut,
)
from shared import problems, routing
from shared.plans import Matter, NotInForceError, Text
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service

matters = routing.router("/v1/matters", tags=["告知承诺"])
disclosures = routing.router("/v1/disclosures", tags=["告知承诺"])


class DatesReversed(Problem):
    """The class ends before it starts, or starts before any rule of the plan is in force."""

    status = 422
    code = "dates_reversed"
    title_zh = "培训班的起止日期不正确"
    title_en = "The dates of the class are not possible"


def _out(matter: Matter) -> dict[str, object]:
    return {
        "id": matter.id,
        "name": saying.said(matter.name),
        "version": matter.version,
        "valid_from": matter.valid_from,
        "asked_of": matter.asked_of,
        "kinds": [kind.value for kind in matter.kinds],
        "routes": [route.value for route in matter.routes],
        "commissions_only": matter.commissions_only,
        "source": str(matter.source),
        "languages": [text.language.value for text in matter.texts],
    }


def _text(text: Text) -> TextOut:
    return TextOut(
        language=text.language.value,
        version=text.version,
        sha256=text.sha256,
        authoritative=text.authoritative,
        reviewed=text.reviewed,
        text=text.body_markdown,
    )


@matters.get("", summary="告知承诺事项列表")
async def list_matters(here: routing.Here) -> list[MatterOut]:
    """List the matters of the plan: disclosures, and texts that ask for a person's own yes."""
    return [MatterOut.model_validate(_out(matter)) for matter in here.plan.matters]


@matters.get(
    "/{matter}", summary="告知承诺事项及文本", responses=problems.responses(problems.NotFound)
)
async def read_matter(
    matter: str, here: routing.Here, language: Annotated[Language, Query()] = "zh-Hans"
) -> MatterDetail:
    """Return a matter with its text; an unreviewed translation comes beside the Chinese text."""
    try:
        found = here.plan.matter(matter)
    except KeyError:
        raise problems.NotFound from None
    text = found.text(language)
    return MatterDetail.model_validate(
        {
            **_out(found),
            "conditions": [
                ConditionOut(
                    id=one.id,
                    name=saying.said(one.name),
                    source=str(one.source),
                    answered_by=one.answered_by,
                )
                for one in found.conditions
            ],
            "shown": _text(text),
            "beside": None if text.reviewed else _text(found.text("zh-Hans")),
        }
    )


@disclosures.post(
    "",
    summary="生成告知书",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(DatesReversed, problems.NotFound, problems.Forbidden),
)
async def build_disclosure(
    body: DisclosureIn, by: routing.Caller, here: routing.Here
) -> DisclosureOut:
    """Build the disclosure of a matter for a class: exact text, each condition's state, the choice.

    Nothing is stored; a peer that does not answer leaves conditions unknown. 403 for a matter that
    is asked of others, 404 for a class that is not one's own.
    """
    matter = here.plan.matter(body.matter)
    if matter.asked_of != by.role:
        raise problems.Forbidden
    if isinstance(body, SubsidyIn):
        return disclosure.claiming(here.plan, matter, body, await asked.ask_taught(here, by, body))
    if isinstance(body, AllowanceIn):
        return disclosure.own(here.plan, matter, body, await asked.ask_own(here, by, body))
    return await _filing(here, by, matter, body)


async def _filing(here: Service, by: Principal, matter: Matter, body: FilingIn) -> DisclosureOut:
    if body.ends_on < body.starts_on:
        raise DatesReversed
    known = await asked.ask(here, by, body)
    try:
        return disclosure.filing(here.plan, matter, body, known)
    except NotInForceError:
        raise DatesReversed from None
