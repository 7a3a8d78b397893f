"""An edition's bytes, and what changed since the one before. POLICY 2.1, 8.25."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]


def canonical(document: Mapping[str, Any]) -> bytes:
    """Write a document the one way: keys sorted, no spaces, UTF-8."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def difference(before: Iterable[Entry], after: Sequence[Entry]) -> dict[str, Any]:
    """Say which entries were added, removed and changed, and in which fields."""
    old = {entry["id"]: entry for entry in before}
    new = {entry["id"]: entry for entry in after}
    changed = []
    for key, entry in new.items():
        if key in old and (fields := _fields(old[key], entry)):
            changed.append({**_named(entry), "fields": fields})
    return {
        "added": [_named(entry) for key, entry in new.items() if key not in old],
        "removed": [_named(entry) for key, entry in old.items() if key not in new],
        "changed": changed,
    }


def _named(entry: Entry) -> dict[str, str]:
    return {"id": entry["id"], "name": entry.get("name") or entry["subject_name"]}


def _fields(before: Entry, after: Entry) -> list[dict[str, Any]]:
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]


def unchanged(tag: str, if_none_match: str | None) -> bool:
    """Say whether a caller's If-None-Match names this entity tag (RFC 9110 13.1.2, weakly)."""
    if if_none_match is None:
        return False
    named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in named or tag in named
