"""Field types that the bodies and questions of several nouns share, each with its limits."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
FEN_MAX: Final = 10_000_000  # 100,000 yuan a person


def _sensible(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError("a day between 2000-01-01 and 2099-12-31")
    return value


def _written(value: Any) -> Any:
    if not isinstance(value, str | date):
        raise ValueError("a day written as YYYY-MM-DD")  # noqa: TRY004 - pydantic collects this one
    return value


def _line(shortest: int, longest: int) -> StringConstraints:
    """One line of text: trimmed, without control characters."""
    return StringConstraints(
        strip_whitespace=True,
        min_length=shortest,
        max_length=longest,
        pattern=r"^[^\x00-\x1f\x7f]+$",
    )


Day = Annotated[date, BeforeValidator(_written), Field(strict=False), AfterValidator(_sensible)]
Id = Annotated[UUID, Field(strict=False)]
Name = Annotated[str, _line(2, 100)]
ShortName = Annotated[str, _line(2, 40)]
SubjectName = Annotated[str, _line(1, 100)]
SubjectCode = Annotated[str, _line(3, 40)]
Address = Annotated[str, _line(2, 200)]
Title = Annotated[str, _line(2, 200)]
Document = Annotated[str, _line(2, 100)]
Text = Annotated[str, _line(2, 500)]
Authority = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6}$", max_length=6)]
Level = Annotated[int, Field(ge=1, le=5)]
Fen = Annotated[int, Field(ge=1, le=FEN_MAX)]

On = Annotated[
    date | None,
    AfterValidator(lambda value: value and _sensible(value)),
    Query(description="按此日的状态回答；不填为今天 / as of this day; today when absent"),
]
