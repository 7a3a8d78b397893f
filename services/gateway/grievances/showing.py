"""Which of a complaint its author reads, and which its office."""

from services.gateway.grievances.models import Complaint
from services.gateway.grievances.schemas import About, ComplaintOut, OwnComplaintOut
from shared.sealing import Sealer


def own(row: Complaint, sealer: Sealer) -> OwnComplaintOut:
    """Give a complaint the shape that its author reads."""
    words = _plain(row, sealer, "text_sealed")
    assert words is not None
    return OwnComplaintOut(
        id=row.id,
        authority=row.authority,
        about=About(row.about),
        state=row.state,
        made_at=row.made_at,
        answered_at=row.answered_at,
        text=words,
        contact=_plain(row, sealer, "contact_sealed"),
        answer=_plain(row, sealer, "answer_sealed"),
    )


def listed(row: Complaint) -> ComplaintOut:
    """Give a complaint the shape of an office's list: no words."""
    return ComplaintOut(
        id=row.id,
        authority=row.authority,
        about=About(row.about),
        state=row.state,
        made_at=row.made_at,
        answered_at=row.answered_at,
    )


def opened(row: Complaint, sealer: Sealer) -> ComplaintOut:
    """Give a complaint the shape of one that an officer opened."""
    words = {
        "text": _plain(row, sealer, "text_sealed"),
        "contact": _plain(row, sealer, "contact_sealed"),
        "answer": _plain(row, sealer, "answer_sealed"),
    }
    return listed(row).model_copy(update=words)


def _plain(row: Complaint, sealer: Sealer, column: str) -> str | None:
    sealed = getattr(row, column)
    return (
        None
        if sealed is None
        else sealer.open(sealed, table=Complaint.__tablename__, column=column, row=row.id)
    )
