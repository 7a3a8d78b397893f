"""Results and certificates of a class, the public check, and the person's own certificates."""

from uuid import UUID

from services.registry.assessments import issuers, operations, queries
from services.registry.assessments.schemas import (
    CertificateOut,
    CertificatesIn,
    CertificatesIssuedOut,
    CertificatesOut,
    CheckIn,
    CheckOut,
    IssuedOut,
    MyCertificateOut,
    MyCertificatesOut,
    ResultOut,
    ResultsIn,
    ResultsOut,
    VoidedOut,
    VoidIn,
)
from services.registry.classes import queries as class_queries
from services.registry.trainees import reads
from shared import problems, routing
from shared.client import PeerUnavailable
from shared.principal import Role
from shared.standards import certificates, names
from shared.standards.certificates import Kind

of_class = routing.router("/classes", tags=["assessments"])
of_certificate = routing.router("/certificates", tags=["assessments"])
checks = routing.router("/certificate-checks", tags=["assessments"])
mine = routing.router("/me", tags=["me"])

PURPOSE = "assessment"
TABLE, COLUMN = "certificates", "number_sealed"
ISSUER_PROBLEMS = (
    problems.NotFound,
    issuers.WrongIssuer,
    issuers.AssessorNotFit,
    issuers.ClassNotAssessable,
    PeerUnavailable,
)


@of_class.post(
    "/{class_id}/results",
    status_code=201,
    summary="登记考核结果",
    responses=problems.responses(operations.ResultsNotFileable, *ISSUER_PROBLEMS),
)
async def file_results(
    *,
    class_id: UUID,
    body: ResultsIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> ResultsOut:
    """File what trainees achieved, all lines or none.

    Raises WrongIssuer, AssessorNotFit, ClassNotAssessable, ResultsNotFileable.
    """
    await issuers.issuer(here, class_id=class_id, by=by, on=clock.today())
    filed = await operations.file_results(
        session, class_id=class_id, lines=body.results, by=by, now=clock.now()
    )
    return ResultsOut(class_id=class_id, results=[ResultOut.model_validate(one) for one in filed])


@of_class.get(
    "/{class_id}/results",
    summary="培训班的考核结果",
    responses=problems.responses(problems.NotFound),
)
async def list_results(
    class_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> ResultsOut:
    """List the results of a class's confirmed trainees; each trainee sees that it was read."""
    await class_queries.visible(session, class_id)
    rows = await queries.results(session, class_id)
    await reads.log(
        session,
        trainees=[row.trainee_id for row in rows],
        what="result",
        purpose=PURPOSE,
        by=by,
        at=clock.now(),
    )
    return ResultsOut(
        class_id=class_id,
        results=[
            ResultOut(
                id=row.id,
                enrolment_id=row.enrolment_id,
                attempt=row.attempt,
                outcome=row.outcome,
                score=row.score,
                assessed_on=row.assessed_on,
            )
            for row in rows
        ],
    )


@of_class.post(
    "/{class_id}/certificates",
    status_code=201,
    summary="登记证书",
    responses=problems.responses(
        operations.CertificatesNotIssuable,
        operations.ClassNotClosed,
        operations.CertificateNumberTaken,
        *ISSUER_PROBLEMS,
    ),
)
async def issue_certificates(
    *,
    class_id: UUID,
    body: CertificatesIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> CertificatesIssuedOut:
    """Issue certificates on passed results, all lines or none; completion is numbered here.

    Raises WrongIssuer, AssessorNotFit, ClassNotAssessable, ClassNotClosed,
    CertificatesNotIssuable, CertificateNumberTaken.
    """
    issuer = await issuers.issuer(here, class_id=class_id, by=by, on=clock.today())
    issued = await operations.issue(
        session,
        class_id=class_id,
        lines=body.certificates,
        issuer=issuer,
        sealer=here.sealer,
        by=by,
        now=clock.now(),
    )
    return CertificatesIssuedOut(
        class_id=class_id,
        certificates=[
            IssuedOut(
                id=one.id,
                enrolment_id=one.enrolment_id,
                number=number if one.kind == Kind.COMPLETION else None,
            )
            for one, number in issued
        ],
    )


@of_class.get(
    "/{class_id}/certificates",
    summary="培训班的证书",
    responses=problems.responses(problems.NotFound),
)
async def list_certificates(
    class_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> CertificatesOut:
    """List a class's certificates; numbers for their issuer and the authority, and logged."""
    await class_queries.visible(session, class_id)
    rows = await queries.certificates(session, class_id)
    shown = {
        row.id: here.sealer.open(row.number_sealed, table=TABLE, column=COLUMN, row=row.id)
        for row in rows
        if by.role is Role.OFFICER
        or (by.organisation is not None and by.organisation == row.issuer_id)
    }
    await reads.log(
        session,
        trainees=[row.trainee_id for row in rows],
        what="certificate",
        purpose=PURPOSE,
        by=by,
        at=clock.now(),
    )
    found = [
        CertificateOut(
            id=row.id,
            enrolment_id=row.enrolment_id,
            kind=row.kind,
            number=shown.get(row.id),
            issued_on=row.issued_on,
            issuer_name=row.issuer_name,
            state=row.state,
        )
        for row in rows
    ]
    return CertificatesOut(class_id=class_id, certificates=found)


@of_certificate.post(
    "/{certificate_id}/voiding",
    summary="作废证书",
    responses=problems.responses(
        problems.NotFound, issuers.WrongIssuer, operations.CertificateNotValid
    ),
)
async def void_certificate(
    certificate_id: UUID,
    body: VoidIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> VoidedOut:
    """Void a certificate, by its issuer or an officer of its authority.

    Raises NotFound, WrongIssuer, CertificateNotValid.
    """
    now = clock.now()
    voided = await operations.void(
        session, certificate_id=certificate_id, reason=body.reason, by=by, now=now
    )
    return VoidedOut(id=voided.id, voided_at=now)


@checks.post(
    "",
    summary="查验证书",
    responses=problems.responses(problems.NotFound),
    openapi_extra=routing.NO_KEY,
)
async def check_certificate(
    body: CheckIn, session: routing.DbSession, here: routing.Here
) -> CheckOut:
    """Say what a certificate certifies, to anyone who knows its number and its holder's name.

    Raises NotFound, the same for a wrong number as for a wrong name.
    """
    number = certificates.normalise(body.number)
    found = await queries.check(
        session,
        numbers=here.sealer.index_all("certificate_number", number),
        names=here.sealer.index_all("name", names.search_key(body.name)),
    )
    if found is None:
        raise problems.NotFound
    return CheckOut(
        valid=found.state == "valid",
        kind=found.kind,
        subject_name=found.subject_name,
        level=found.level,
        issued_on=found.issued_on,
        issuer_name=found.issuer_name,
    )


@mine.get("/certificates", summary="我的证书")
async def list_my_certificates(session: routing.DbSession, here: routing.Here) -> MyCertificatesOut:
    """List the person's own certificates with their numbers, newest first."""
    rows = await queries.mine(session)
    return MyCertificatesOut(
        items=[
            MyCertificateOut(
                id=row.id,
                class_id=row.class_id,
                authority=row.authority,
                kind=row.kind,
                number=here.sealer.open(row.number_sealed, table=TABLE, column=COLUMN, row=row.id),
                subject_name=row.subject_name,
                level=row.level,
                issued_on=row.issued_on,
                issuer_name=row.issuer_name,
                state=row.state,
                void_reason=row.void_reason,
            )
            for row in rows
        ]
    )
