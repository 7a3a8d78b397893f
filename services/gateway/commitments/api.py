"""Matters and disclosures over HTTP."""

from typing import Annotated

from fastapi import Query

from services.gateway.commitments import asked, disclosure
from services.gateway.commitments.schemas import (
    ConditionOut,
    DisclosureIn,
    DisclosureOut,
    Language,
    MatterDetail,
    MatterOut,
    TextOut,
)
from shared import problems, routing
from shared.plans import Matter, NotInForceError, Text
from shared.problems import Problem

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
        "name": disclosure.said(matter.name),
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
                    name=disclosure.said(one.name),
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
    responses=problems.responses(DatesReversed),
)
async def build_disclosure(
    body: DisclosureIn, by: routing.Caller, here: routing.Here
) -> DisclosureOut:
    """Build the disclosure for a class: exact text, each condition's state, the choice.

    Nothing is stored; a peer that does not answer leaves conditions unknown and no commitment open.
    """
    if body.ends_on < body.starts_on:
        raise DatesReversed
    matter = here.plan.matter(body.matter)
    known = await asked.ask(here, by, body)
    try:
        return disclosure.build(here.plan, matter, body, known)
    except NotInForceError:
        raise DatesReversed from None
