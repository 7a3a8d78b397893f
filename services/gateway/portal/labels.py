"""Words of the API as the pages say them."""

from collections.abc import Mapping

from services.gateway.portal.rendering import Said
from services.gateway.surface import labels
from shared.plans import Plan

Labels = Mapping[str, Mapping[str, str]]


def of(plan: Plan, said: Said) -> Labels:
    """Return the labels of each list of values in a page's language."""
    return {
        name: {one.value: str(getattr(one, said.language)) for one in values}
        for name, values in labels.every(plan).items()
    }
