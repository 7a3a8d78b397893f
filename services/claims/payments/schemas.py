"""Wire models of payments. Money is whole fen; no answer carries an account."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.claims.payments.rules import Outcome, Reason, Why
from shared import routing

LINES_MAX = 100_000
MARKED_MAX = 500
Key = Annotated[UUID, Field(strict=False)]
Text = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=2, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Document = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]


class PayeeKind(StrEnum):
    """Who is paid."""

    INSTITUTION = "institution"
    EMPLOYER = "employer"
    PERSON = "person"


class BatchState(StrEnum):
    """Where a batch stands."""

    CREATED = "created"
    ISSUED = "issued"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class Form(StrEnum):
    """Forms of the bank's file."""

    CSV = "csv"
    XLSX = "xlsx"


class BatchIn(routing.Body):
    """What to let out: payable lines of one fund, authority and kind of payee.

    With `reissue_of` only what came back of that batch is taken, each line once.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"authority": "650421", "fund": "special", "payee_kind": "institution"},
            ]
        }
    )

    authority: str = Field(pattern=r"^[0-9A-Z]{6}$", max_length=6)
    fund: str = Field(pattern=r"^[a-z_]{1,60}$", max_length=60)
    payee_kind: PayeeKind = Field(strict=False)
    reissue_of: Key | None = None
    lines_max: int = Field(default=LINES_MAX, ge=1, le=LINES_MAX)


class BatchOut(routing.Out):
    """A batch with its control totals: of all rows, and of those that went into the file."""

    id: UUID
    code: str
    authority: str
    fund: str
    payee_kind: PayeeKind
    reissue_of: UUID | None
    state: BatchState
    created_at: datetime
    lines: int
    fen: int
    digest: str
    file_lines: int | None
    file_fen: int | None
    issued_at: datetime | None
    settled_at: datetime | None


class OutcomeSum(routing.Out):
    """Rows of a batch with one outcome; `open` has none yet."""

    outcome: str
    lines: int
    fen: int


class FileOut(routing.Out):
    """One issued form: its hash and size, and until when it is kept."""

    form: Form
    sha256: str
    size: int
    issued_at: datetime
    retained_until: date


class BatchDetail(BatchOut):
    """A batch, what became of its rows, and its files."""

    outcomes: list[OutcomeSum]
    files: list[FileOut]
    dropped: dict[str, int]


class PaymentOut(routing.Out):
    """One attempt to pay one line."""

    id: UUID
    line_id: UUID
    class_id: UUID
    reference: str
    fen: int
    outcome: Outcome | None
    reason: Reason | None
    reason_text: str | None
    outcome_at: datetime | None


class ReturnOut(routing.Out):
    """What a return moved: one outcome a payment; the rest is a duplicate or held as unknown."""

    id: UUID
    batch_id: UUID
    form: str
    rows: int
    paid: int
    rejected: int
    duplicates: int
    unknown: int
    paid_fen: int
    rejected_fen: int
    received_at: datetime


class UnknownOut(routing.Out):
    """A row that moved nothing, as the bank wrote it, and why it is held."""

    return_id: UUID
    row_no: int
    why: Why
    why_text: str
    why_text_en: str
    payment_id: UUID | None
    reference: str
    fen: int | None
    said: str


class UnknownsOut(routing.Out):
    """The rows of a batch's returns that are held as unknown."""

    rows: list[UnknownOut]


class BounceIn(routing.Body):
    """A payment that the bank had confirmed and gave back later, by its slip."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "account_closed", "document_number": "示例退汇单2020-17"}]
        }
    )

    reason: Reason = Field(strict=False)
    document_number: Document


class LostIn(routing.Body):
    """Lines whose ground fell: why, and the document that says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "line_ids": ["01700000-0000-7000-8000-000000000001"],
                    "reason": "事后核查发现培训未实际开展",
                    "document_number": "鄯人社核〔2020〕示例5号",
                }
            ]
        }
    )

    line_ids: list[Key] = Field(min_length=1, max_length=MARKED_MAX)
    reason: Text
    document_number: Document


class LostOut(routing.Out):
    """How many lines were noted, and how much of it was paid."""

    noted: int
    to_recover: int
    to_recover_fen: int


class GroundBackIn(routing.Body):
    """Why an entry is withdrawn, and the document that says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reason": "证书已由发证单位重新核发",
                    "document_number": "鄯人社核〔2020〕示例6号",
                }
            ]
        }
    )

    reason: Text
    document_number: Document


class GroundBackOut(routing.Out):
    """An entry that was withdrawn: the line is not to be recovered, or may go on."""

    line_id: UUID
    authority: str
    fen: int
    reason: str
    document_number: str
    noted_at: datetime
    withdrawn_at: datetime


class ToRecoverOut(routing.Out):
    """A paid line whose ground fell."""

    line_id: UUID
    authority: str
    organisation_id: UUID | None
    class_id: UUID
    payee_kind: PayeeKind
    fen: int
    reason: str
    document_number: str | None
    noted_at: datetime


class StatementRow(routing.Out):
    """Payments of one batch for one class: how many places, how much, where it stands."""

    batch_code: str
    class_id: UUID
    fund: str
    state: str
    lines: int
    fen: int
    on: date


class StatementOut(routing.Out):
    """What an organisation was paid, and what is under way or came back; sums by class."""

    paid_fen: int
    at_bank_fen: int
    came_back_fen: int
    rows: list[StatementRow]


class MyPaymentOut(routing.Out):
    """One payment to the caller: where it stands and, if it came back, what to do."""

    batch_code: str
    class_id: UUID
    fund: str
    state: str
    fen: int
    on: date
    needs_account: bool
    text: str | None
    text_en: str | None


class MyPaymentsOut(routing.Out):
    """The caller's payments, oldest first."""

    payments: list[MyPaymentOut]
