"""Create a batch, cancel it, issue its file once: intent → file; the bank's return books it."""

import secrets
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.payments import exporting, queries, rules, schemas, telling
from services.claims.payments.exporting import Made
from services.claims.payments.models import BankFile, Batch
from services.claims.payments.schemas import BatchState, Form
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import events, ids
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service

# Letters and digits that nobody misreads, for what people type from a bank's paper.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 10
TABLE = BankFile.__tablename__
OPEN = text(
    "select line_id from open_payment_batch(:batch, :code, :authority, :fund, :kind, :reissue,"
    " :most, :at)"
)
SETTLE = text(
    "update payment_lines p set account_ref = n.ref, reason = n.reason,"
    " outcome = case when n.reason is not null then 'dropped' end,"
    " outcome_at = case when n.reason is not null then cast(:at as timestamptz) end"
    " from (select q.id, a.ref, d.reason from payment_lines q"
    " left join unnest(cast(:payees as uuid[]), cast(:accounts as uuid[])) as a(payee, ref)"
    " on a.payee = q.payee_id"
    " left join unnest(cast(:ids as uuid[]), cast(:reasons as text[])) as d(id, reason)"
    " on d.id = q.id where q.batch_id = :batch and q.outcome is null) n where p.id = n.id"
)
CANCEL = text(
    "update payment_lines set outcome = 'cancelled', outcome_at = :at"
    " where batch_id = :batch and outcome is null returning line_id"
)


class OutOfReach(Problem):
    """The authority named in the request is not one of the officer's."""

    status = 403
    code = "payment_authority_out_of_reach"
    title_zh = "该主管单位不在您的管辖范围内"
    title_en = "This authority is not within your reach"


class NothingPayable(Problem):
    """No line can be let out, at least not by this officer."""

    status = 409
    code = "nothing_payable"
    title_zh = "没有可发放的明细；由您申报或审核过的明细须由他人发放，退回的明细请按原批次重发"
    title_en = "No line to pay: lines you filed or reviewed need another releaser"


class PersonsNotThree(Problem):
    """Submitter, reviewer and releaser are three different people."""

    status = 403
    code = "three_persons_needed"
    title_zh = "申报、审核、发放须为三个不同的人"
    title_en = "Submitter, reviewer and releaser are three different people"


class LineAtBank(Problem):
    """A line is with the bank, or its payment says otherwise: it moves with its payment only."""

    status = 409
    code = "line_at_bank"
    title_zh = "明细已交银行发放，须等银行回盘后再办"
    title_en = "The line is with the bank; wait for the bank's return"


class FileNotIssued(Problem):
    """There is no file: not issued yet, cancelled, nothing to send, or past its retention."""

    status = 409
    code = "bank_file_not_there"
    title_zh = "该批次没有银行文件：尚未制作、已撤销、没有可发放的明细或已过保存期限"
    title_en = "The batch has no file: not issued, cancelled, nothing to send, or past retention"


class BatchMeanwhile(Problem):
    """Another batch took one of the lines at the same moment."""

    status = 409
    code = "batch_meanwhile"
    title_zh = "部分明细刚刚被列入另一批次，请重新建立"
    title_en = "Another batch took some of the lines just now; please create it again"


CONSTRAINTS = MappingProxyType(
    {
        "payment_three_persons": PersonsNotThree,
        "line_payment": LineAtBank,
        "payment_live_once": BatchMeanwhile,
        "payment_reissued_once": BatchMeanwhile,
    }
)


async def create(
    session: AsyncSession, *, draft: schemas.BatchIn, by: Principal, at: datetime
) -> schemas.BatchOut:
    """Store what is to be paid, rows and totals, before anything is issued.

    Raises OutOfReach, NothingPayable, NotFound for a batch to re-issue that is not there.
    """
    if draft.authority not in by.authorities:
        raise OutOfReach
    if draft.reissue_of is not None:
        await queries.batch(session, draft.reissue_of, lock=True)
    key = ids.uuid7()
    values = {
        "batch": key,
        "code": "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH)),
        "authority": draft.authority,
        "fund": draft.fund,
        "kind": draft.payee_kind.value,
        "reissue": draft.reissue_of,
        "most": draft.lines_max,
        "at": at,
    }
    lines = (await session.execute(OPEN, values)).scalars().all()
    if not lines:
        raise NothingPayable
    found = await queries.batch(session, key)
    await states.advance(session, line_ids=lines, to=State.BATCHED, by=by, at=at, rule=rules.BOOKS)
    await events.append(session, [telling.event(EventType.BATCH_CREATED, found)], by=by, at=at)
    return queries.shape(found)


async def cancel(
    session: AsyncSession, *, batch_id: UUID, by: Principal, at: datetime
) -> schemas.BatchOut:
    """Take a batch back before its file is issued; its lines are payable again. BatchNotOpen."""
    found = await queries.batch(session, batch_id, lock=True)
    if found.state != BatchState.CREATED:
        raise exporting.BatchNotOpen
    lines = (await session.execute(CANCEL, {"batch": batch_id, "at": at})).scalars().all()
    found.state = BatchState.CANCELLED.value
    await session.flush()
    await states.advance(session, line_ids=lines, to=State.PAYABLE, by=by, at=at, rule=rules.BOOKS)
    await events.append(session, [telling.event(EventType.BATCH_CANCELLED, found)], by=by, at=at)
    return queries.shape(found)


async def issue(
    session: AsyncSession,
    *,
    here: Service,
    batch_id: UUID,
    made: Made,
    by: Principal,
    at: datetime,
) -> schemas.BatchDetail:
    """Store the sealed files and the totals, once; rows that stayed out are payable again.

    Raises BatchNotOpen, also when another issued meanwhile.
    """
    found = await queries.batch(session, batch_id, lock=True)
    if found.state != BatchState.CREATED or found.digest != made.digest:
        raise exporting.BatchNotOpen
    await session.execute(SETTLE, _settled(made, batch_id, at))
    found.file_lines = found.lines - len(made.dropped)
    found.file_fen = found.fen - sum(row.fen for row, _ in made.dropped)
    found.state = BatchState.ISSUED.value if made.files else BatchState.SETTLED.value
    found.settled_at = None if made.files else at
    found.issued_by, found.issued_at = by.subject, at
    retained = telling.retained_until(here, at)
    session.add_all(_file(here, found, form, data, retained) for form, data in made.files.items())
    await session.flush()
    out = [row.line_id for row, _ in made.dropped]
    await states.advance(session, line_ids=out, to=State.PAYABLE, by=by, at=at, rule=rules.BOOKS)
    told = telling.event(
        EventType.BANK_FILE_ISSUED,
        found,
        file_lines=found.file_lines,
        file_fen=found.file_fen,
        dropped=rules.by_reason(reason for _, reason in made.dropped),
        sha256={form.value: sha256(data).hexdigest() for form, data in made.files.items()},
    )
    await events.append(session, [told], by=by, at=at)
    return await queries.detail(session, found)


def _settled(made: Made, batch_id: UUID, at: datetime) -> dict[str, object]:
    return {
        "batch": batch_id,
        "payees": list(made.accounts),
        "accounts": [account.ref for account in made.accounts.values()],
        "ids": [row.id for row, _ in made.dropped],
        "reasons": [reason.value for _, reason in made.dropped],
        "at": at,
    }


def _file(here: Service, found: Batch, form: Form, data: bytes, retained: date) -> BankFile:
    key = ids.uuid7()
    assert found.issued_at is not None
    return BankFile(
        id=key,
        batch_id=found.id,
        authority=found.authority,
        form=form.value,
        bytes_sealed=here.sealer.seal(data, table=TABLE, column="bytes_sealed", row=key),
        sha256=sha256(data).digest(),
        size=len(data),
        issued_at=found.issued_at,
        retained_until=retained,
    )


async def download(
    session: AsyncSession,
    *,
    here: Service,
    batch_id: UUID,
    form: Form,
    by: Principal,
    at: datetime,
) -> tuple[str, bytes]:
    """Open the file that was issued, the same bytes each time; each opening is told.

    Raises NotFound, FileNotIssued.
    """
    found = await queries.batch(session, batch_id)
    stored = await queries.issued(session, batch_id, form)
    if stored is None:
        raise FileNotIssued
    data = here.sealer.open_bytes(
        stored.bytes_sealed, table=TABLE, column="bytes_sealed", row=stored.id
    )
    told = telling.event(
        EventType.BANK_FILE_READ, found, form=form.value, sha256=stored.sha256.hex()
    )
    await events.append(session, [told], by=by, at=at)
    return found.code, data
