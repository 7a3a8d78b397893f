"""Refusals by rule: every reason is collected, none is hidden behind the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from shared.problems import Problem


class Reason(StrEnum):
    """Parent of each noun's reasons: one word for code and wire, said in zh and en."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        """Make a member of its word and its two texts."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh, member.en = zh, en
        return member


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason, and what it is about where one request holds several."""

    reason: Reason
    about: str | None = None


class Refused(Problem):
    """A rule says no: the problem lists every reason."""

    status = 422
    code = "refused"
    title_zh = "不符合规定"
    title_en = "The rules do not allow this"

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            reasons=[
                {
                    "code": str(found.reason),
                    "about": found.about,
                    "text": found.reason.zh,
                    "text_en": found.reason.en,
                }
                for found in findings
            ]
        )
