"""Small readings that every file of a pack shares."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from shared.plans.reading import Node
from shared.plans.records import Name, Source
from shared.plans.vocabulary import CertificateKind, Kind, Purpose


@dataclass
class Known:
    """The names that later files may refer to; filled file by file."""

    departments: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    measures: set[str] = field(default_factory=set)
    funds: set[str] = field(default_factory=set)
    provisions: set[str] = field(default_factory=set)

    def vocabulary(self, word: str) -> Collection[str] | None:
        """Return the names that a parameter's `of` or `keys` stands for."""
        return {
            "kinds": [kind.value for kind in Kind],
            "certificate_kinds": [kind.value for kind in CertificateKind],
            "purposes": [purpose.value for purpose in Purpose],
            "departments": self.departments,
            "categories": self.categories,
            "measures": self.measures,
            "funds": self.funds,
        }.get(word)


def name(node: Node, key: str = "name") -> Name:
    """Read a name in Chinese and English."""
    child = node.child(key)
    found = Name(child.text("zh"), child.text("en"))
    child.close()
    return found


def source(node: Node, key: str = "source") -> Source:
    """Read a source: title, number, article; `seen = false` where only a copy was seen."""
    child = node.child(key)
    found = Source(
        child.text("title"),
        child.text("number"),
        child.text("article"),
        child.flag("seen", default=True),
    )
    child.close()
    return found


def once(node: Node, identifier: str, taken: set[str]) -> None:
    """Refuse an id that is already taken, else take it."""
    if identifier and identifier in taken:
        node.fault(f"id {identifier!r} is used twice", "id")
    taken.add(identifier)


def one_of(node: Node, key: str, names: Collection[str], what: str) -> str:
    """Read a text that must be one of the names."""
    written = node.text(key)
    if written and written not in names:
        node.fault(f"unknown {what} {written!r}", key)
    return written


def distinct(node: Node, key: str, first: Sequence[str], second: Sequence[str]) -> None:
    """Refuse a name in the second list that the first already holds."""
    for index, found in enumerate(second):
        if found in first:
            node.fault(f"{found!r} already leads", key, index)
