"""Read provisions out of the loaded plan pack."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from services.claims.provisions.schemas import ParameterOut, ProvisionOut, SourceOut
from shared.plans import NotInForceError, Plan, Provision, Terms


def in_force(plan: Plan, on: date) -> list[ProvisionOut]:
    """Return every provision that has terms on the day, in the pack's order."""
    found = []
    for provision in plan.provisions:
        try:
            terms = provision.on(on)
        except NotInForceError:
            continue
        found.append(_out(provision, terms))
    return found


def _out(provision: Provision, terms: Terms) -> ProvisionOut:
    return ProvisionOut(
        id=provision.id,
        title=provision.name.zh,
        title_en=provision.name.en,
        description=provision.description,
        decided_on=str(provision.decided_on),
        built=provision.built,
        unset_rates=list(provision.rates),
        in_force_from=terms.starts_on,
        in_force_until=terms.until,
        hash=terms.hash,
        parameters=[_parameter(provision, terms, name) for name in terms],
    )


def _parameter(provision: Provision, terms: Terms, name: str) -> ParameterOut:
    described = next(p for p in provision.parameters if p.id == name)
    source = terms.source_of(name)
    return ParameterOut(
        id=name,
        title=described.zh,
        unit=described.unit,
        value=_plain(terms[name]),
        source=SourceOut(title=source.title, number=source.number, article=source.article),
    )


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(below) for key, below in value.items()}
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value
