"""The registry service's application."""

import httpx
from fastapi import FastAPI

from services.registry.accounts import api as accounts
from services.registry.assessments import api as assessments
from services.registry.assessments import operations as assessment_operations
from services.registry.attendance import api as attendance
from services.registry.attendance import operations as attendance_operations
from services.registry.benefits import api as benefits
from services.registry.classes import api as classes
from services.registry.classes import jobs as class_jobs
from services.registry.enrolments import api as enrolments
from services.registry.enrolments import offices_api, refusals
from services.registry.facts import api as facts
from services.registry.registers import api as registers
from services.registry.registers import operations as register_operations
from services.registry.reporting import api as reporting
from services.registry.rosters import api as rosters
from services.registry.rosters import erasing
from services.registry.rosters.readers import Readers
from services.registry.settings import Settings
from services.registry.statements import api as statements
from services.registry.trainees import (
    bindings_api,
    conflicts_api,
    own_api,
    reads_api,
    requests,
    requests_api,
)
from services.registry.trainees import erasing as reads_erasing
from shared import app
from shared.clock import Clock


def create(
    settings: Settings | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Make the application; without arguments from the environment, as uvicorn calls it."""
    here = app.build(
        "registry",
        settings or Settings(),
        transport=transport,
        clock=clock,
        constraints={
            **refusals.CONSTRAINTS,
            **requests.CONSTRAINTS,
            **attendance_operations.CONSTRAINTS,
            **assessment_operations.CONSTRAINTS,
            **register_operations.CONSTRAINTS,
        },
    )
    readers = here.extra["readers"] = Readers()
    here.closers.append(readers.close)
    return app.create(
        here,
        title="职培·培训登记",
        routers=[
            classes.router,
            classes.listed,
            attendance.of_class,
            attendance.sessions,
            attendance.corrections,
            rosters.router,
            rosters.forms,
            assessments.of_class,
            assessments.of_certificate,
            assessments.checks,
            assessments.mine,
            bindings_api.router,
            own_api.router,
            requests_api.router,
            conflicts_api.router,
            reads_api.router,
            enrolments.router,
            offices_api.router,
            reporting.router,
            registers.router,
            benefits.router,
            benefits.mine,
            statements.router,
            accounts.router,
            facts.router,
        ],
        jobs=[
            *class_jobs.jobs(here),
            erasing.job(here),
            reads_erasing.job(here),
        ],
        on_start=readers.start,
    )
