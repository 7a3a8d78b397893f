"""What a person is asked and says of themselves."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared import routing

ANSWERS_MAX = 40
Words = dict[str, str]


class AnswerIn(routing.Body):
    """One answer; what is skipped is simply not sent."""

    question: str = Field(max_length=40, examples=["hard_to_employ"])
    answer: str = Field(max_length=40, examples=["yes"])


class StatementIn(routing.Body):
    """All answers at once: they take the place of what was said before, also by being skipped."""

    version: str = Field(max_length=40, examples=["2019-09-17.1"])
    language: Literal["zh-Hans", "ug", "en"] = Field(examples=["ug"])
    answers: list[AnswerIn] = Field(
        max_length=ANSWERS_MAX, examples=[[{"question": "hard_to_employ", "answer": "yes"}]]
    )


class ChoiceOut(routing.Out):
    """One answer that may be given."""

    value: str
    words: Words


class ListedOut(routing.Out):
    """What a list says of the caller on the first day of the class, shown to the caller alone."""

    value: str
    document: str | None
    as_of: date
    until: date | None


class QuestionOut(routing.Out):
    """One question, what the caller said before, and what a list says already."""

    id: str
    words: Words
    choices: list[ChoiceOut]
    answer: str | None
    listed: ListedOut | None


class StatementOut(routing.Out):
    """The questions for one class; every one may be skipped. zh-Hans is the authoritative text."""

    class_id: UUID
    class_name: str
    version: str
    authoritative: str
    introduction: Words
    questions: list[QuestionOut]
    stated_at: datetime | None
