"""Publish editions."""

import json
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions import reach
from services.institutions.editions import queries, rules
from services.institutions.editions.models import Directory, Edition, EditionEntry
from services.institutions.editions.schemas import Difference, Published
from services.institutions.event_types import EventType
from shared import events, ids
from shared.plans import Plan
from shared.principal import Principal
from shared.problems import Problem

LOCK = text("select pg_advisory_xact_lock(hashtextextended('edition:' || :directory, 0))")


class EditionMeanwhile(Problem):
    """Somebody else published an edition of the directory in the same moment."""

    status = 409
    code = "edition_meanwhile"
    title_zh = "该目录刚刚发布了新版本，请核对后重试"
    title_en = "Another edition was published a moment ago; look again and retry"


async def publish(
    session: AsyncSession,
    *,
    directory: Directory,
    plan: Plan,
    on: date,
    now: datetime,
    by: Principal,
) -> Published:
    """Publish the directory as it stands today, one edition after another."""
    reach.require_municipal(by)
    await session.execute(LOCK, {"directory": directory.value})
    before = await queries.newest(session, directory)
    held = await queries.entries(session, directory, [each.code for each in plan.authorities], on)
    number = before.number + 1 if before else 1
    body = rules.canonical(
        {
            "directory": directory.value,
            "number": number,
            "published_on": on.isoformat(),
            "before_sha256": before.sha256.hex() if before else None,
            "events": await queries.head(session),
            "entries": held,
        }
    )
    difference = rules.difference(json.loads(before.body)["entries"] if before else (), held)
    edition = Edition(
        id=ids.uuid7(),
        directory=directory.value,
        number=number,
        published_on=on,
        published_at=now,
        published_by=by.subject,
        entries=len(held),
        body=body,
        sha256=sha256(body).digest(),
        difference=difference,
    )
    session.add(edition)
    await session.flush()
    if held:
        kept = [
            {"directory": directory.value, "number": number, "entry_id": entry["id"]}
            for entry in held
        ]
        await session.execute(insert(EditionEntry), kept)
    await events.append(session, [_event(edition)], by=by, at=now)
    return Published(
        id=edition.id,
        directory=directory,
        number=number,
        published_on=on,
        entries=len(held),
        sha256=edition.sha256.hex(),
        difference=Difference.model_validate(difference),
    )


def _event(edition: Edition) -> events.Event:
    return events.Event(
        type=EventType.EDITION_PUBLISHED,
        subject=f"edition:{edition.id}",
        authority=reach.MUNICIPAL,
        data={
            "directory": edition.directory,
            "number": edition.number,
            "published_on": edition.published_on.isoformat(),
            "entries": edition.entries,
            "sha256": edition.sha256.hex(),
        },
        rule="六(三)",
        row_hash=edition.sha256,
    )
