"""How progress is counted: changes of person-times by target, authority, quarter, organisation.

`started` counts in the quarter in which the class starts, `completed` in the one in which it ends,
`certified` in the one in which the certificate is issued: so every figure can be recounted from
the rows. A class that is not accepted counts nothing: say so with no event. POLICY 8.3
"""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes.models import TrainingClass
from services.registry.event_types import EventType
from shared import events

RULE = "progress"
COUNTED_SO_FAR = text(
    "select data->>'quarter' as quarter, sum((data->>'started')::integer)::integer as started,"
    " sum((data->>'completed')::integer)::integer as completed,"
    " sum((data->>'certified')::integer)::integer as certified"
    " from events where subject = :subject and type = 'progress.counted'"
    " and data->>'target' = :target group by 1 order by 1"
)


def quarter_of(day: date) -> str:
    """Name the calendar quarter of a day: 2020Q1."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def counted(
    training_class: TrainingClass,
    *,
    quarter: str,
    started: int = 0,
    completed: int = 0,
    certified: int = 0,
    target: str | None = None,
) -> events.Event:
    """Make the event of a change in person-times; `target` where it is not the class's own."""
    return events.Event(
        type=EventType.PROGRESS_COUNTED,
        subject=f"class:{training_class.id}",
        authority=training_class.authority,
        organisation=training_class.organisation_id,
        data={
            "target": target or training_class.target,
            "authority": training_class.authority,
            "quarter": quarter,
            "organisation": str(training_class.organisation_id),
            "class": str(training_class.id),
            "started": started,
            "completed": completed,
            "certified": certified,
        },
        rule=RULE,
    )


def started(training_class: TrainingClass, change: int) -> list[events.Event]:
    """Make the event of a change in who started, in the class's first quarter; none for 0."""
    quarter = quarter_of(training_class.starts_on)
    return [counted(training_class, quarter=quarter, started=change)] if change else []


def completed(training_class: TrainingClass, change: int) -> list[events.Event]:
    """Make the event of a change in who completed, in the class's last quarter; none for 0."""
    quarter = quarter_of(training_class.ends_on)
    return [counted(training_class, quarter=quarter, completed=change)] if change else []


async def moved(
    session: AsyncSession, *, training_class: TrainingClass, to: str | None
) -> list[events.Event]:
    """Take back all that was counted for a class's target, and count it for another if given.

    Reads the events themselves: an officer does not see who left, and they did start. The caller
    has locked the class, so nothing is counted meanwhile.
    """
    rows = await session.execute(
        COUNTED_SO_FAR,
        {"subject": f"class:{training_class.id}", "target": training_class.target},
    )
    found = []
    for row in rows.all():
        if not (row.started or row.completed or row.certified):
            continue
        figures = {"started": row.started, "completed": row.completed, "certified": row.certified}
        less = {name: -figure for name, figure in figures.items()}
        found.append(counted(training_class, quarter=row.quarter, **less))
        if to is not None:
            found.append(counted(training_class, quarter=row.quarter, target=to, **figures))
    return found
