"""Matters and their texts: what a person or an organisation is told and asked to say."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.plans.records import Name, Source
from shared.plans.vocabulary import Kind, Language, Route

BLANK = re.compile(r"\{\{([a-z_]+)\}\}")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a matter: who answers for it, and which provision it rests on."""

    id: str
    name: Name
    source: Source
    answered_by: str
    provision: str | None


@dataclass(frozen=True, slots=True)
class Text:
    """A matter's text in one language; `{{blanks}}` are filled when it is shown.

    `reviewed` is True for the authoritative text, which is what a review compares with.
    """

    matter: str
    language: Language
    version: str
    body_markdown: str
    authoritative: bool
    reviewed: bool
    sha256: str
    blanks: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the body with every blank filled. Raises KeyError for a blank without value."""
        return BLANK.sub(lambda blank: values[blank.group(1)], self.body_markdown)


@dataclass(frozen=True, slots=True)
class Matter:
    """A disclosure with its commitment, or a text that asks for a person's own yes."""

    id: str
    name: Name
    version: str
    valid_from: date
    asked_of: str
    kinds: tuple[Kind, ...]
    routes: tuple[Route, ...]
    commissions_only: bool
    conditions: tuple[Condition, ...]
    blanks: tuple[str, ...]
    texts: tuple[Text, ...]
    source: Source

    def text(self, language: str) -> Text:
        """Return the text in a language: zh-Hans, ug or en. Raises KeyError for another."""
        for text in self.texts:
            if text.language == language:
                return text
        raise KeyError(language)
