"""Making searchable entries out of published editions and listed classes."""

from collections.abc import Mapping
from typing import Any

from services.gateway.directory import index
from services.gateway.directory.index import Entry
from services.gateway.directory.schemas import EntryOut, Part

ORDER = {part: number for number, part in enumerate(Part)}


def organisation(part: Part, entry: Mapping[str, Any]) -> Entry:
    """Make an entry of a listed institution or assessor."""
    licences = entry["licences"]
    out = EntryOut(
        directory=part,
        id=entry["id"],
        name=entry["name"],
        authority=entry["authority"],
        kinds=sorted({one["kind"] for one in licences}),
        level=None,
        hours=None,
        certificate_kind=None,
        starts_on=None,
        ends_on=None,
        places_left=None,
        organisation_id=entry["id"],
        organisation_name=entry["name"],
        published=dict(entry),
    )
    subjects = {one["subject_name"] for one in licences if one["subject_name"]}
    texts = (entry["name"], entry["short_name"], entry["credit_code"], entry["address"])
    return _entry(out, (*texts, *sorted(subjects)))


def offering(entry: Mapping[str, Any]) -> Entry:
    """Make an entry of a subsidised offering."""
    out = EntryOut(
        directory=Part.OFFERINGS,
        id=entry["id"],
        name=entry["subject_name"],
        authority=None,
        kinds=[entry["kind"]],
        level=entry["level"],
        hours=entry["hours"],
        certificate_kind=entry["certificate_kind"],
        starts_on=None,
        ends_on=None,
        places_left=None,
        organisation_id=None,
        organisation_name=None,
        published=dict(entry),
    )
    return _entry(out, (entry["subject_name"], entry["subject_code"]))


def listed_class(entry: Mapping[str, Any], organisations: Mapping[str, str]) -> Entry:
    """Make an entry of a class that anyone may join; its institution by its published name."""
    teacher = organisations.get(entry["organisation_id"])
    out = EntryOut(
        directory=Part.CLASSES,
        id=entry["id"],
        name=entry["name"],
        authority=entry["authority"],
        kinds=[entry["kind"]],
        level=entry["level"],
        hours=entry["hours"],
        certificate_kind=entry["certificate_kind"],
        starts_on=entry["starts_on"],
        ends_on=entry["ends_on"],
        places_left=entry["places_left"],
        organisation_id=entry["organisation_id"],
        organisation_name=teacher,
        published=dict(entry),
    )
    texts = (entry["name"], entry["code"], entry["subject_name"], entry["place"])
    return _entry(out, (*texts, teacher or ""))


def _entry(out: EntryOut, texts: tuple[str, ...]) -> Entry:
    tags = {f"directory:{out.directory}", *(f"kind:{kind}" for kind in out.kinds)}
    if out.authority is not None:
        tags.add(f"authority:{out.authority}")
    begins = out.starts_on.isoformat() if out.starts_on else ""
    sounds = begins + " ".join(index.syllables(out.name))
    return Entry(
        order=(ORDER[out.directory], sounds, str(out.id)),
        texts=texts,
        tags=frozenset(tags),
        body=out.model_dump_json().encode(),
    )
