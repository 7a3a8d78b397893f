"""Who files results and issues certificates of a class: whom its certificate kind names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.registry import peers
from services.registry.assessments import rules
from services.registry.assessments.rules import LineFault
from services.registry.classes import queries as class_queries
from services.registry.classes.models import TrainingClass
from shared import problems
from shared.principal import Principal, Role
from shared.service import Service


class WrongIssuer(problems.Problem):
    """The certificate kind names somebody else."""

    status = 403
    code = "wrong_issuer"
    title_zh = "该类证书的考核结果和证书不由您单位登记"
    title_en = "Results and certificates of this kind are filed by somebody else"


class AssessorNotFit(problems.Problem):
    """The assessor is not in the directory, or its licence does not cover subject and level."""

    status = 409
    code = "assessor_not_fit"
    title_zh = "评价机构未列入目录或其资质范围不含该职业和等级"
    title_en = "The assessor is not listed, or not licensed for this subject and level"


class ClassNotAssessable(problems.Problem):
    """Only an accepted class that has started has results."""

    status = 409
    code = "class_not_assessable"
    title_zh = "该培训班尚未开班或已失效，不能登记考核结果或证书"
    title_en = "The class has not started or does not count; it has no results"


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who issues: an organisation, or an authority (`organisation` is None)."""

    organisation: UUID | None
    name: str


async def issuer(here: Service, *, class_id: UUID, by: Principal, on: date) -> Issuer:
    """Say as whom the caller issues for a class. Asks institutions; no transaction is open then.

    Raises NotFound, WrongIssuer, AssessorNotFit. POLICY 8.10
    """
    async with here.database.transaction(by) as early:
        seen = await class_queries.visible(early, class_id)
    named = here.plan.provision("certificates").on(on).labels("issued_by")[seen.certificate_kind]
    match named:
        case "officer":
            if by.role is not Role.OFFICER or seen.authority not in by.authorities:
                raise WrongIssuer
            return Issuer(None, here.plan.authority(seen.authority).name.zh)
        case "institution":
            if by.organisation is None or by.organisation != seen.organisation_id:
                raise WrongIssuer
            return Issuer(by.organisation, await _institution(here, seen, on))
        case _:
            if by.organisation is None or by.organisation != seen.assessor_id:
                raise WrongIssuer
            return Issuer(by.organisation, await _assessor(here, seen, by.organisation, on))


async def _institution(here: Service, seen: TrainingClass, on: date) -> str:
    standing = await peers.institutions(here).standing(
        organisation_id=seen.organisation_id,
        offering_id=seen.offering_id,
        commission_id=seen.commission_id,
        on=on,
        until=on,
    )
    return standing.organisation_name


async def _assessor(here: Service, seen: TrainingClass, organisation: UUID, on: date) -> str:
    found = await peers.institutions(here).assessor(
        organisation_id=organisation,
        subject_code=seen.subject_code,
        kind=seen.kind,
        level=seen.level,
        on=on,
    )
    independent = organisation != seen.organisation_id
    if found is None or not (independent and found.listed and found.licence_covers):
        raise AssessorNotFit
    return found.name


def assessable(training_class: TrainingClass) -> None:
    """Let an accepted class that has started pass. Raises ClassNotAssessable."""
    if training_class.state != "accepted" or training_class.started_at is None:
        raise ClassNotAssessable


def errors(faults: Sequence[LineFault], *, of: str) -> list[dict[str, Any]]:
    """Write the faults of a request's lines into a problem document."""
    return [
        {
            "where": f"body/{of}/{one.index}/{one.field}",
            "code": one.fault.value,
            "text": rules.TEXTS[one.fault][0],
            "text_en": rules.TEXTS[one.fault][1],
        }
        for one in faults
    ]
