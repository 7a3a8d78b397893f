"""What this process knows of the directories: read again when the editions' ETags change."""

import asyncio
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any
from uuid import UUID

import pydantic_core
import structlog

from services.gateway.directory import answers, asking, entries
from services.gateway.directory.answers import Kept
from services.gateway.directory.index import Entry, Index
from services.gateway.directory.schemas import EditionNow, Part
from shared.background import Job
from shared.client import PeerProblem, PeerUnavailable
from shared.principal import PUBLIC
from shared.service import Service

log = structlog.get_logger()
EVERY_S = 5.0
PAGE = 200
CLASSES_MAX = 20_000
ANSWERS_KEPT = 512
OK, NOT_MODIFIED, NOT_FOUND = 200, 304, 404
NOTHING = EditionNow(number=None, published_on=None, entries=0, available=False)
Answer = tuple[bytes, str]


class Catalogue:
    """The index over all parts, and answers given since it was built."""

    def __init__(self, here: Service) -> None:
        self._here = here
        self._lock = asyncio.Lock()
        self._checked: float | None = None
        self._etags: dict[Part, str] = {}
        self._raw: dict[Part, list[Any]] = {}
        self._places: dict[tuple[Part, str], Entry] = {}
        self.index = Index()
        self.editions: dict[Part, EditionNow] = dict.fromkeys(Part, NOTHING)
        self.answers: OrderedDict[tuple[object, ...], Answer] = OrderedDict()
        # The same as they go on the wire, by the question as it was written.
        self._ready: OrderedDict[bytes, Kept] = OrderedDict()

    @property
    def degraded(self) -> bool:
        """Say whether a part could not be read at the last look."""
        return not all(edition.available for edition in self.editions.values())

    async def fresh(self) -> "Catalogue":
        """Look again if the last look is five seconds old; callers at once share one look."""
        if self._checked is None or time.monotonic() - self._checked > EVERY_S:
            async with self._lock:
                if self._checked is None or time.monotonic() - self._checked > EVERY_S:
                    await self._look()
        return self

    async def refresh(self) -> bool:
        """Look now; say whether anything had changed."""
        async with self._lock:
            return await self._look()

    async def _look(self) -> bool:
        before = dict(self.editions), dict(self._raw)
        for part in Part:
            read = self._classes if part is Part.CLASSES else self._edition
            try:
                await read(part)
            except (PeerUnavailable, PeerProblem, LookupError, TypeError, ValueError) as error:
                # The last three: an answer of another shape than was agreed.
                log.warning("directory_part_unread", part=part.value, error=type(error).__name__)
                # What was read before stays searchable, and the answer says it may be old.
                self.editions[part] = self.editions[part].model_copy(update={"available": False})
        changed = before[1] != self._raw
        if changed:
            self.index = await asyncio.to_thread(_built, dict(self._raw))
            parts = list(Part)
            self._places = {(parts[e.order[0]], e.order[2]): e for e in self.index.entries}
        if changed or before[0] != self.editions:
            self.answers.clear()
            self._ready.clear()
        self._checked = time.monotonic()
        return changed

    async def _edition(self, part: Part) -> None:
        etag = self._etags.get(part)
        opened = asking.client(self._here, "institutions").stream(
            "GET",
            f"/directories/{part}",
            token=asking.token(self._here, PUBLIC, "institutions"),
            headers={"if-none-match": etag} if etag else None,
        )
        async with opened as response:
            status, tag = response.status_code, response.headers.get("etag", "")
            body = b"".join([chunk async for chunk in response.aiter_raw()])
        if status == NOT_MODIFIED:
            self.editions[part] = self.editions[part].model_copy(update={"available": True})
        elif status == NOT_FOUND:  # before the first edition
            self._raw[part] = []
            self._etags.pop(part, None)
            self.editions[part] = NOTHING.model_copy(update={"available": True})
        elif status == OK:
            found = pydantic_core.from_json(body)
            self._raw[part], self._etags[part] = found["entries"], tag
            self.editions[part] = EditionNow(
                number=found["number"],
                published_on=found["published_on"],
                entries=len(found["entries"]),
                available=True,
            )
        else:
            raise PeerUnavailable("institutions")

    async def _classes(self, part: Part) -> None:
        found: list[Any] = []
        after: str | None = None
        while len(found) < CLASSES_MAX:
            page = await asking.get(
                self._here,
                PUBLIC,
                "registry",
                "/listed-classes",
                params={"limit": PAGE, "after": after},
            )
            found += page["items"]
            after = page["next"]
            if after is None:
                break
        self._raw[part] = found
        self.editions[part] = EditionNow(
            number=None, published_on=None, entries=len(found), available=True
        )

    def entry(self, part: Part, identifier: UUID) -> dict[str, Any] | None:
        """Return an entry of a part by its key, as the search answers it."""
        place = self._places.get((part, str(identifier)))
        return None if place is None else dict(pydantic_core.from_json(place.body))

    def answer(self, key: tuple[object, ...], body: bytes) -> Answer:
        """Keep an answer's bytes and ETag until something changes."""
        kept = self.answers[key] = body, answers.etag_of(body)
        if len(self.answers) > ANSWERS_KEPT:
            self.answers.popitem(last=False)
        return kept

    def kept(self, question: bytes) -> Kept | None:
        """Return the answer to a question as it was written, unless it is time for a look."""
        if self._checked is None or time.monotonic() - self._checked > EVERY_S:
            return None
        found = self._ready.get(question)
        if found is not None:
            self._ready.move_to_end(question)
        return found

    def keep(self, question: bytes, answer: Kept) -> None:
        """Keep an answer for the next who asks in the same words, until something changes."""
        self._ready[question] = answer
        if len(self._ready) > ANSWERS_KEPT:
            self._ready.popitem(last=False)


def _built(raw: dict[Part, list[Any]]) -> Index:
    found: list[Entry] = []
    names: dict[str, str] = {}
    for part in (Part.INSTITUTIONS, Part.ASSESSORS):
        for one in raw.get(part, []):
            found.append(entries.organisation(part, one))
            names[one["id"]] = one["name"]
    found += [entries.offering(one) for one in raw.get(Part.OFFERINGS, [])]
    found += [entries.listed_class(one, names) for one in raw.get(Part.CLASSES, [])]
    return Index(found)


def of(here: Service) -> Catalogue:
    """Return this process's catalogue, made at its first use."""
    found: Catalogue | None = here.extra.get("catalogue")
    if found is None:
        found = here.extra["catalogue"] = Catalogue(here)
    return found


def job(here: Service) -> Job:
    """Return the job that looks for new editions and classes."""

    async def step(_: datetime) -> int:
        return int(await of(here).refresh())

    return Job("directory", step, EVERY_S)
