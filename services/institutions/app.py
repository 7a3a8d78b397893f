"""The institutions service's application."""

from types import MappingProxyType

import httpx
from fastapi import FastAPI

from services.institutions.accounts import api as accounts
from services.institutions.accounts.operations import AccountNotWaiting, SecondPersonNeeded
from services.institutions.commissions import api as commissions
from services.institutions.commissions.operations import CommissionExists
from services.institutions.editions import api as editions
from services.institutions.editions.operations import EditionMeanwhile
from services.institutions.licences import api as licences
from services.institutions.licences.operations import LicenceOverlaps
from services.institutions.offerings import api as offerings
from services.institutions.offerings.operations import OfferingExists
from services.institutions.organisations import api as organisations
from services.institutions.organisations.operations import OrganisationExists, StandingMoved
from services.institutions.rates import api as rates
from services.institutions.rates.operations import RateExists, SecondOfficerNeeded
from services.institutions.settings import Settings
from services.institutions.standing import api as standing
from shared import app
from shared.clock import Clock

CONSTRAINTS = MappingProxyType(
    {
        "organisation_once": OrganisationExists,
        "standing_number_once": StandingMoved,
        "licence_overlap": LicenceOverlaps,
        "offering_once": OfferingExists,
        "rate_confirmed_once": RateExists,
        "rate_two_persons": SecondOfficerNeeded,
        "commission_document_once": CommissionExists,
        "edition_number_once": EditionMeanwhile,
        "account_two_persons": SecondPersonNeeded,
        "account_current_once": AccountNotWaiting,
    }
)
NOUNS = (
    *(organisations, licences, offerings, rates),
    *(commissions, editions, standing, accounts),
)


def create(
    settings: Settings | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Make the application; without arguments from the environment, as uvicorn calls it."""
    here = app.build(
        "institutions",
        settings or Settings(),
        transport=transport,
        clock=clock,
        constraints=CONSTRAINTS,
    )
    return app.create(here, title="职培·机构与目录", routers=[noun.router for noun in NOUNS])
