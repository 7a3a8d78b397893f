"""Read a matters/*.toml with its texts in matters/<language>/<id>.md."""

import hashlib
import re
from collections.abc import Mapping

from shared.plans import common
from shared.plans.reading import Node
from shared.plans.texts import BLANK, Condition, Matter, Text
from shared.plans.vocabulary import Kind, Language, Route

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}\.\d+")
_ASKED = ("organisation", "trainee")
_ANSWERING = ("institutions", "registry", "claims", "applicant")


def text_path(language: str, identifier: str) -> str:
    """Say where a matter's text lies in a pack."""
    return f"matters/{language}/{identifier}.md"


def read(root: Node, known: common.Known, *, identifier: str, files: Mapping[str, str]) -> Matter:
    """Read one matter; its id is its file's name."""
    version = root.text("version")
    if version and not _VERSION.fullmatch(version):
        root.fault("a version is a date and a number: 2019-09-17.1", "version")
    blanks = root.texts("blanks") if root.has("blanks") else ()
    matter = Matter(
        id=identifier,
        name=common.name(root),
        version=version,
        valid_from=root.day("from"),
        asked_of=common.one_of(root, "asked_of", _ASKED, "asker"),
        kinds=root.choices("kinds", Kind),
        routes=root.choices("routes", Route),
        commissions_only=root.flag("commissions_only", default=False),
        conditions=_conditions(root, known),
        blanks=blanks,
        texts=_texts(root, identifier, version, blanks, files),
        source=common.source(root),
    )
    root.close()
    return matter


def _conditions(root: Node, known: common.Known) -> tuple[Condition, ...]:
    if not root.has("conditions"):
        return ()
    found = []
    taken: set[str] = set()
    for node in root.children("conditions"):
        provision = None
        if node.has("provision"):
            provision = common.one_of(node, "provision", known.provisions, "provision")
        condition = Condition(
            id=node.text("id"),
            name=common.name(node),
            source=common.source(node),
            answered_by=common.one_of(node, "answered_by", _ANSWERING, "answerer"),
            provision=provision,
        )
        common.once(node, condition.id, taken)
        node.close()
        found.append(condition)
    return tuple(found)


def _texts(
    root: Node,
    identifier: str,
    version: str,
    blanks: tuple[str, ...],
    files: Mapping[str, str],
) -> tuple[Text, ...]:
    """Read the text of every language; exactly the first language is authoritative."""
    table = root.child("texts")
    found = []
    for language in Language:
        node = table.child(language.value)
        authoritative = node.flag("authoritative", default=False)
        if authoritative is not (language is Language.ZH):
            node.fault("zh-Hans is authoritative, and no other language")
        if authoritative and node.has("reviewed"):
            node.fault("the authoritative text is not a translation", "reviewed")
        reviewed = authoritative or node.flag("reviewed")
        body = files.get(text_path(language.value, identifier))
        if body is None:
            node.fault(f"missing file {text_path(language.value, identifier)}")
        elif set(BLANK.findall(body)) != set(blanks):
            differing = sorted(set(BLANK.findall(body)) ^ set(blanks))
            node.fault(f"the text's blanks differ from the declared ones: {differing}")
        node.close()
        found.append(
            Text(
                matter=identifier,
                language=language,
                version=version,
                body_markdown=body or "",
                authoritative=authoritative,
                reviewed=reviewed,
                sha256=hashlib.sha256((body or "").encode()).hexdigest(),
                blanks=blanks,
            )
        )
    table.close()
    return tuple(found)
