"""What is wrong with the rows of a list of earlier benefits. Pure: the day is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.registers.rules import Fault, RowFault
from shared.standards import resident_id


@dataclass(frozen=True, slots=True)
class Benefit:
    """One training that was paid for or certified elsewhere: whose, of what, when."""

    id_number: str
    kind: str
    subject_code: str
    level: int | None
    on: date


def check(rows: Sequence[Benefit], *, on: date) -> tuple[list[Benefit], list[Fault]]:
    """Put every row in its one form; the same row twice is one benefit, a faulty row none."""
    found: dict[Benefit, None] = {}
    faults: list[Fault] = []
    for number, row in enumerate(rows, 1):
        plain = resident_id.normalise(row.id_number)
        wrong = [*_faults(number, plain, row.on, on)]
        faults += wrong
        if not wrong:
            found[Benefit(plain, row.kind, row.subject_code, row.level, row.on)] = None
    return list(found), faults


def _faults(number: int, plain: str, received: date, on: date) -> Iterable[Fault]:
    if fault := resident_id.check(plain, on=on):
        yield Fault(number, "id_number", fault.value)
    if received > on:
        yield Fault(number, "on", RowFault.RECEIVED_LATER)
