"""Facts as codes: what a decision stores of a line, written and read back without loss."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from types import NoneType
from typing import Any, TypeVar

from services.claims.provisions.facts import (
    Applicant,
    Basis,
    Category,
    Certificate,
    Course,
    Exemption,
    Fact,
    Holder,
    Known,
    LineFacts,
    Missing,
    Occupied,
    Pension,
    Price,
    Result,
    Source,
    Trainee,
    Use,
)

__all__ = ["read", "write"]

T = TypeVar("T")
FORM = 1
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_AS_IS = frozenset({str, int, bool, NoneType, Basis, Applicant, Result, Pension, Source, Use})


def write(facts: LineFacts) -> bytes:
    """Write facts as sorted JSON, the same bytes for equal facts."""
    course, trainee = _course_text(facts.course), _text(facts.trainee)
    return (
        f'{{"applicant":"{facts.applicant}","course":{course},"form":{FORM},"trainee":{trainee}}}'
    ).encode()


def read(stored: bytes) -> LineFacts:
    """Read facts back. Raises ValueError for a form this code does not know."""
    body = json.loads(stored)
    if body["form"] != FORM:
        raise ValueError(f"facts are written in form {body['form']}")
    return LineFacts(
        _course(body["course"]), _trainee(body["trainee"]), Applicant(body["applicant"])
    )


@lru_cache(maxsize=512)
def _course_text(course: Course) -> str:
    """Write a class once for all its lines."""
    return _text(course)


def _text(value: Any) -> str:
    return _JSON.encode(_plain(value))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IS:
        return value
    if kind is Missing:
        return {"missing_from": value.from_whom}
    if kind is frozenset:
        return sorted((_plain(each) for each in value), key=_JSON.encode)
    if kind is date:
        return value.isoformat()
    return {name: _plain(getattr(value, name)) for name in kind.__slots__}


def _course(body: dict[str, Any]) -> Course:
    return Course(
        **{
            **body,
            "basis": Basis(body["basis"]),
            "roles": frozenset(body["roles"]),
            "starts_on": date.fromisoformat(body["starts_on"]),
            "ends_on": date.fromisoformat(body["ends_on"]),
            "rate": _price(body["rate"]),
            "commission": _price(body["commission"]),
            "day_rate": _price(body["day_rate"]),
            "own_fund": _known(body["own_fund"], int),
        }
    )


def _trainee(body: dict[str, Any]) -> Trainee:
    certificate = body["certificate"]
    return Trainee(
        **{
            **body,
            "result": None if body["result"] is None else Result(body["result"]),
            "certificate": None if certificate is None else _certificate(certificate),
            "categories": _set(body["categories"], _category),
            "pension": _known(body["pension"], Pension),
            "employer": _known(body["employer"], str),
            "charged": _known(body["charged"], bool),
            "occupied": _set(body["occupied"], _occupied),
            "exemptions": _set(body["exemptions"], lambda each: Exemption(**each)),
        }
    )


def _set(found: Iterable[dict[str, Any]], read_one: Callable[[Any], T]) -> frozenset[T]:
    return frozenset(read_one(each) for each in found)


def _category(body: dict[str, Any]) -> Category:
    return Category(body["category"], _known(body["fact"], bool))


def _occupied(body: dict[str, Any]) -> Occupied:
    return Occupied(body["key"], Use(body["use"]))


def _certificate(body: dict[str, Any]) -> Certificate:
    return Certificate(**{**body, "issued_on": date.fromisoformat(body["issued_on"])})


def _price(body: dict[str, Any] | None) -> Price | None:
    return None if body is None else Price(**body)


def _known(body: dict[str, Any], of: Callable[[Any], T]) -> Known[T]:
    if "missing_from" in body:
        return Missing(Holder(body["missing_from"]))
    return Fact(of(body["value"]), Source(body["source"]), date.fromisoformat(body["as_of"]))
