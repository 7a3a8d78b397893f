"""Judge each row and column of a roster; rows without a fault are accepted, the others returned.

Pure: classes, minimum age and day are arguments. Whether a person is already enrolled, or a class
is full, only the database knows.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.registry.rosters.files import Column, Rows, Text
from shared.standards import names, resident_id


class Fault(StrEnum):
    """What is wrong with one cell of a row."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTERS = "name_characters"
    ID_MISSING = "id_missing"
    ID_LENGTH = "id_length"
    ID_15_DIGITS = "id_15_digits"
    ID_SCIENTIFIC = "id_scientific"
    ID_CHARACTERS = "id_characters"
    ID_AREA = "id_area"
    ID_BIRTH_DATE = "id_birth_date"
    ID_CHECKSUM = "id_checksum"
    UNDER_AGE = "under_age"
    PHONE_CHARACTERS = "phone_characters"
    CLASS_MISSING = "class_missing"
    CLASS_UNKNOWN = "class_unknown"
    DUPLICATE_IN_FILE = "duplicate_in_file"


TEXTS: dict[Fault, Text] = {
    Fault.NAME_MISSING: Text(
        "缺少姓名，请按身份证填写。",
        "The name is missing; enter it as on the ID card.",
    ),
    Fault.NAME_TOO_LONG: Text(
        "姓名超过50个字符，请按身份证核对。",
        "The name is longer than 50 characters; compare it with the ID card.",
    ),
    Fault.NAME_CHARACTERS: Text(
        "姓名含有数字或符号，请按身份证填写，间隔号用“·”。",
        "The name holds digits or signs; enter it as on the ID card, with · between its parts.",
    ),
    Fault.ID_MISSING: Text(
        "缺少身份证号，请填写18位号码。",
        "The ID number is missing; enter its 18 characters.",
    ),
    Fault.ID_LENGTH: Text(
        "身份证号不是18位，请按身份证核对。",
        "The ID number does not have 18 characters; compare it with the ID card.",
    ),
    Fault.ID_15_DIGITS: Text(
        "这是15位旧身份证号，请填写现用身份证上的18位号码。",
        "This is an old ID number of 15 digits; enter the 18 characters of the present card.",
    ),
    Fault.ID_SCIENTIFIC: Text(
        "身份证号被表格存为数字，末几位已丢失，请把该列设为文本后重新填写。",
        "The spreadsheet kept the ID number as a number and lost its last digits; "
        "format the column as text and enter it again.",
    ),
    Fault.ID_CHARACTERS: Text(
        "身份证号只能是17位数字加1位数字或X，请按身份证核对。",
        "An ID number is 17 digits and one digit or X; compare it with the ID card.",
    ),
    Fault.ID_AREA: Text(
        "身份证号前两位不是有效的地区代码，请按身份证核对。",
        "The ID number does not begin with a valid area code; compare it with the ID card.",
    ),
    Fault.ID_BIRTH_DATE: Text(
        "身份证号中的出生日期不存在，请按身份证核对。",
        "The date of birth in the ID number does not exist; compare it with the ID card.",
    ),
    Fault.ID_CHECKSUM: Text(
        "身份证号校验位不符，请逐位核对身份证。",
        "The ID number fails its check digit; compare each digit with the ID card.",
    ),
    Fault.UNDER_AGE: Text(
        "未达到该项培训的最低年龄，请核对身份证号，或待其达到年龄后再报名。",
        "The person is below the minimum age for this training; check the ID number, "
        "or invite the person once old enough.",
    ),
    Fault.PHONE_CHARACTERS: Text(
        "电话号码格式不对，请填写11位手机号或带区号的座机，也可以留空。",
        "The phone number is malformed; enter a mobile number of 11 digits or a landline with "
        "its area code, or leave it empty.",
    ),
    Fault.CLASS_MISSING: Text(
        "缺少班级编号，请填写已备案班级的编号。",
        "The class code is missing; enter the code of a filed class.",
    ),
    Fault.CLASS_UNKNOWN: Text(
        "没有这个编号的可报名班级，请核对班级编号。",
        "There is no open class with this code; check the class code.",
    ),
    Fault.DUPLICATE_IN_FILE: Text(
        "该人员在本文件的同一班级中重复出现，请删除重复行。",
        "This person stands twice in this file for the same class; delete the repeated row.",
    ),
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of one cell; the row is the row of the file, counted from 1."""

    row_no: int
    column: Column
    code: Fault


@dataclass(frozen=True, slots=True)
class Terms:
    """What rows are judged by. `class_codes` are the classes that this organisation may fill.

    `default_class` fills rows that name no class. Nobody younger than `min_age` completed years on
    the day `on` is accepted.
    """

    class_codes: Collection[str]
    on: date
    min_age: int = 16
    default_class: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """Accepted rows, rejected rows (both cleaned) and every fault, in the order of the file."""

    accepted: Rows
    rejected: Rows
    faults: list[RowFault]


_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{9,11}")
_PHONE_NOISE = re.compile(r"[\s\-()/'\u2010-\u2015\u200b-\u200f\u202a-\u202e\ufeff]+")
_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CHINA = re.compile(r"(?:\+|00)?86(?=1[3-9][0-9]{9}$)")
_DECIMAL = re.compile(r"([0-9]+)\.0+")
_CODE_NOISE = re.compile(r"[\s\u200b-\u200f\ufeff]+")
_PLAIN_NAME = re.compile("[\u4e00-\u9fa5]{2,6}")


def check(rows: Rows, terms: Terms) -> Checked:
    """Clean every cell and list every fault of every row."""
    known = {clean_code(code).casefold(): code for code in terms.class_codes}
    found: list[RowFault] = []
    cleaned = Rows(
        row_no=rows.row_no,
        name=_names(rows, found),
        id_number=_id_numbers(rows, terms, found),
        phone=_phones(rows, found),
        class_code=_class_codes(rows, terms, known, found),
    )
    _duplicates(cleaned, found)
    if not found:
        return Checked(accepted=cleaned, rejected=Rows(), faults=[])
    order = {column: place for place, column in enumerate(Column)}
    found.sort(key=lambda fault: (fault.row_no, order[fault.column]))
    bad = {fault.row_no for fault in found}
    wrong = [number in bad for number in cleaned.row_no]
    right = [not one for one in wrong]
    return Checked(accepted=cleaned.where(right), rejected=cleaned.where(wrong), faults=found)


def clean_code(raw: str) -> str:
    """Write a class code without spaces and full-width characters."""
    return _CODE_NOISE.sub("", raw.translate(_HALF_WIDTH))


def clean_phone(raw: str) -> str:
    """Write a phone number without spaces, hyphens, brackets, country code and a cell's `.0`."""
    plain = _PHONE_NOISE.sub("", raw.translate(_HALF_WIDTH))
    decimal = _DECIMAL.fullmatch(plain)
    return _CHINA.sub("", decimal[1] if decimal else plain)


def _names(rows: Rows, found: list[RowFault]) -> list[str]:
    plain = _PLAIN_NAME.fullmatch
    column = []
    for row_no, raw in zip(rows.row_no, rows.name, strict=True):
        if plain(raw):
            column.append(raw)
            continue
        name = names.clean(raw)
        column.append(name)
        found += [RowFault(row_no, Column.NAME, Fault(one.value)) for one in names.faults(name)]
    return column


def _id_numbers(rows: Rows, terms: Terms, found: list[RowFault]) -> list[str]:
    # Whoever was born before this day is old enough; on it and after it the law's count decides.
    latest = f"{terms.on.year - terms.min_age:04}{terms.on.month:02}{terms.on.day:02}"
    column = list(map(resident_id.normalise, rows.id_number))
    for row_no, number in zip(rows.row_no, column, strict=True):
        fault = resident_id.check(number, on=terms.on)
        if fault is not None:
            found.append(RowFault(row_no, Column.ID_NUMBER, Fault(fault.value)))
        elif number[6:14] >= latest and resident_id.age_on(number, terms.on) < terms.min_age:
            found.append(RowFault(row_no, Column.ID_NUMBER, Fault.UNDER_AGE))
    return column


def _phones(rows: Rows, found: list[RowFault]) -> list[str]:
    mobile = _MOBILE.fullmatch
    column = []
    for row_no, raw in zip(rows.row_no, rows.phone, strict=True):
        if not raw or mobile(raw):
            column.append(raw)
            continue
        phone = clean_phone(raw)
        column.append(phone)
        if phone and not mobile(phone) and not _LANDLINE.fullmatch(phone):
            found.append(RowFault(row_no, Column.PHONE, Fault.PHONE_CHARACTERS))
    return column


def _class_codes(
    rows: Rows, terms: Terms, known: Mapping[str, str], found: list[RowFault]
) -> list[str]:
    cleaned: dict[str, str] = {}
    faults: dict[str, Fault] = {}
    for raw in set(rows.class_code):
        code = clean_code(raw) or clean_code(terms.default_class)
        cleaned[raw] = known.get(code.casefold(), code)
        if not code:
            faults[raw] = Fault.CLASS_MISSING
        elif code.casefold() not in known:
            faults[raw] = Fault.CLASS_UNKNOWN
    if faults:
        found += [
            RowFault(row_no, Column.CLASS_CODE, faults[raw])
            for row_no, raw in zip(rows.row_no, rows.class_code, strict=True)
            if raw in faults
        ]
    return [cleaned[raw] for raw in rows.class_code]


def _duplicates(cleaned: Rows, found: list[RowFault]) -> None:
    """Mark the second and later rows of one number in one class; faulty rows do not count."""
    pairs = list(zip(cleaned.id_number, cleaned.class_code, strict=True))
    if len(set(pairs)) == len(pairs):
        return
    faulty = {fault.row_no for fault in found}
    seen: set[tuple[str, str]] = set()
    for row_no, pair in zip(cleaned.row_no, pairs, strict=True):
        if row_no in faulty:
            continue
        if pair in seen:
            found.append(RowFault(row_no, Column.ID_NUMBER, Fault.DUPLICATE_IN_FILE))
        seen.add(pair)
