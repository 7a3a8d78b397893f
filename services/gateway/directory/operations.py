"""One search, answered with ready bytes."""

import json

import pydantic_core

from services.gateway.directory.catalogue import Answer, Catalogue
from services.gateway.directory.schemas import Part
from shared import pages

ORDER = (int, str, str)


def search(
    catalogue: Catalogue,
    *,
    words: str,
    part: Part | None,
    kind: str | None,
    authority: str | None,
    after: str | None,
    limit: int,
) -> Answer:
    """Return the JSON and ETag of a page of entries. Raises CursorMalformed."""
    key = (words, part, kind, authority, after, limit)
    kept = catalogue.answers.get(key)
    if kept is not None:
        catalogue.answers.move_to_end(key)
        return kept
    tags = [
        f"{name}:{value}"
        for name, value in (("directory", part), ("kind", kind), ("authority", authority))
        if value is not None
    ]
    place = None
    if after is not None:
        number, sounds, identifier = pages.decode(after, ORDER)
        place = number, sounds, identifier
    found = catalogue.index.find(words, tags=tags, after=place, limit=limit + 1)
    more = pages.encode(found[limit - 1].order) if len(found) > limit else None
    editions = pydantic_core.to_json(catalogue.editions)
    body = b'{"editions":%b,"degraded":%b,"items":[%b],"next":%b}' % (
        editions,
        b"true" if catalogue.degraded else b"false",
        b",".join(entry.body for entry in found[:limit]),
        json.dumps(more).encode(),
    )
    return catalogue.answer(key, body)
