"""What a roster file is once read, and every reason why one is not read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import compress

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 64
MAX_CELL_CHARACTERS = 200
# Bounds memory whatever the shape: 100,000 rows of 32 columns.
MAX_CELLS = 3_200_000


class Kind(StrEnum):
    """The format of a file, found by its content and never by its name."""

    XLSX = "xlsx"
    XLS = "xls"
    CSV = "csv"
    JSON = "json"


class Column(StrEnum):
    """The only columns of a roster that are read."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    CLASS_CODE = "class_code"


class Refusal(StrEnum):
    """Why a whole file is refused."""

    EMPTY = "file_empty"
    TOO_LARGE = "file_too_large"
    KIND = "file_kind"
    ENCRYPTED = "file_encrypted"
    ZIP_BOMB = "file_zip_bomb"
    CELL_RANGE = "file_cell_range"
    UNREADABLE = "file_unreadable"
    TIMEOUT = "file_timeout"
    ENCODING = "file_encoding"
    HEADER_MISSING = "header_missing"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_CELLS = "too_many_cells"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence for the user: what is wrong and what to do."""

    zh: str
    en: str


REFUSAL_TEXTS: dict[Refusal, Text] = {
    Refusal.EMPTY: Text(
        "文件是空的，请选择已填写的花名册后重新上传。",
        "The file is empty; choose a completed roster and upload it again.",
    ),
    Refusal.TOO_LARGE: Text(
        "文件超过20MB，请删除图片或拆分后再上传。",
        "The file is larger than 20 MB; remove pictures or split it and upload again.",
    ),
    Refusal.KIND: Text(
        "无法识别文件格式，请使用XLSX、XLS、WPS表格、CSV或JSON格式。",
        "The file format is not known; use XLSX, XLS, WPS spreadsheet, CSV or JSON.",
    ),
    Refusal.ENCRYPTED: Text(
        "文件设有密码，请取消密码后重新上传。",
        "The file is protected by a password; remove the password and upload it again.",
    ),
    Refusal.ZIP_BOMB: Text(
        "文件解压后过大，请把花名册复制到新的表格中再上传。",
        "The file is far too large once unpacked; copy the roster into a new workbook.",
    ),
    Refusal.CELL_RANGE: Text(
        "表格的使用区域过大，请删除花名册之外的单元格或复制到新的表格中再上传。",
        "The sheet spans too many cells; delete what lies outside the roster or copy the "
        "roster into a new workbook.",
    ),
    Refusal.UNREADABLE: Text(
        "文件已损坏或内容不规范，请在表格软件中打开并另存为XLSX后重新上传。",
        "The file is damaged or malformed; open it, save it as XLSX and upload it again.",
    ),
    Refusal.TIMEOUT: Text(
        "读取文件超时，请拆分文件后重新上传。",
        "Reading the file took too long; split it and upload it again.",
    ),
    Refusal.ENCODING: Text(
        "无法识别文字编码，请将CSV文件另存为UTF-8或GB18030编码。",
        "The text encoding is not known; save the CSV file as UTF-8 or GB18030.",
    ),
    Refusal.HEADER_MISSING: Text(
        "没有找到含“姓名”和“身份证号”的表头，请按模板填写表头。",
        "No header row with name and ID number was found; use the header of the template.",
    ),
    Refusal.TOO_MANY_ROWS: Text(
        "超过10万行，请拆分文件后再上传。",
        "There are more than 100,000 rows; split the file and upload the parts.",
    ),
    Refusal.TOO_MANY_COLUMNS: Text(
        "超过64列，请只保留模板中的列。",
        "There are more than 64 columns; keep only the columns of the template.",
    ),
    Refusal.TOO_MANY_CELLS: Text(
        "单元格过多，请只保留模板中的列或拆分文件。",
        "There are too many cells; keep only the columns of the template or split the file.",
    ),
}


class FileRefused(Exception):
    """Tell that a whole file is refused, by a code with a text in two languages."""

    def __init__(self, code: Refusal) -> None:
        """Take the texts of the code from the catalogue."""
        super().__init__(code.value)
        self.code = code
        self.zh = REFUSAL_TEXTS[code].zh
        self.en = REFUSAL_TEXTS[code].en


class NoteCode(StrEnum):
    """What was left out of a file, told to whoever uploaded it."""

    COLUMNS_DROPPED = "columns_dropped"
    COLUMNS_REPEATED = "columns_repeated"
    HIDDEN_SHEETS = "hidden_sheets_skipped"
    OTHER_SHEETS = "other_sheets_skipped"
    BLANK_ROWS = "blank_rows_skipped"
    FOOTER_ROWS = "footer_rows_skipped"
    REPEATED_HEADERS = "repeated_headers_skipped"


NOTE_TEXTS: dict[NoteCode, Text] = {
    NoteCode.COLUMNS_DROPPED: Text(
        "已删除未读取的列：本系统不收集这些信息。",
        "Columns dropped unread: this system does not collect them.",
    ),
    NoteCode.COLUMNS_REPEATED: Text(
        "重复的列未读取，只读取第一列。",
        "Repeated columns were not read; only the first of each was.",
    ),
    NoteCode.HIDDEN_SHEETS: Text(
        "隐藏的工作表未读取。",
        "Hidden sheets were not read.",
    ),
    NoteCode.OTHER_SHEETS: Text(
        "只读取第一个有表头的工作表，其他工作表未读取。",
        "Only the first sheet with a header was read; the other sheets were not.",
    ),
    NoteCode.BLANK_ROWS: Text("空行已跳过。", "Blank rows were skipped."),
    NoteCode.FOOTER_ROWS: Text(
        "合计、制表人等表尾行已跳过。",
        "Rows of totals and signatures were skipped.",
    ),
    NoteCode.REPEATED_HEADERS: Text(
        "重复的表头行已跳过。",
        "Repeated header rows were skipped.",
    ),
}


@dataclass(frozen=True, slots=True)
class Note:
    """One remark about what was left out: how many, and by which headings."""

    code: NoteCode
    count: int
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows as columns of equal length; `row_no` is the row in the file, counted from 1."""

    row_no: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    id_number: list[str] = field(default_factory=list)
    phone: list[str] = field(default_factory=list)
    class_code: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.row_no)

    def where(self, kept: Sequence[bool]) -> "Rows":
        """Take the rows that are marked."""
        return Rows(
            row_no=list(compress(self.row_no, kept)),
            name=list(compress(self.name, kept)),
            id_number=list(compress(self.id_number, kept)),
            phone=list(compress(self.phone, kept)),
            class_code=list(compress(self.class_code, kept)),
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """The allowed columns of the one sheet that was read, as written, cut to 200 characters.

    A column that the file lacks is a list of empty strings and not in `present`.
    """

    kind: Kind
    encoding: str
    sheet_name: str
    header_row: int
    present: tuple[Column, ...]
    rows: Rows
    notes: tuple[Note, ...]
