"""HTTP of own statements. Only the person comes here."""

from uuid import UUID

from services.registry.facts import rules as facts
from services.registry.statements import operations, rules, schemas, wording
from shared import problems, routing
from shared.plans import Plan

router = routing.router("/me/statements", tags=["statements"])


@router.get(
    "/{class_id}",
    summary="本人情况的问题（每题都可以跳过）",
    responses=problems.responses(problems.NotFound),
)
async def get_my_statement(
    class_id: UUID, session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> schemas.StatementOut:
    """Show the questions of a class the caller confirmed, their answers and what lists say of them.

    NotFound before the caller's own confirmation.
    """
    found = await operations.asked(session, class_id=class_id, by=by, here=here)
    return _out(here.plan, found)


@router.put(
    "/{class_id}",
    summary="本人说明自己的情况，可以随时更改",
    responses=problems.responses(
        problems.NotFound, operations.StatementTextChanged, operations.StatementNotAsked
    ),
)
async def state_my_conditions(
    *,
    class_id: UUID,
    body: schemas.StatementIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.StatementOut:
    """Keep the caller's answers in the place of the ones before; none has to be given."""
    found = await operations.state(
        session,
        class_id=class_id,
        version=body.version,
        language=body.language,
        answers={one.question: one.answer for one in body.answers},
        by=by,
        here=here,
        now=clock.now(),
    )
    return _out(here.plan, found)


def _out(plan: Plan, found: operations.Asked) -> schemas.StatementOut:
    return schemas.StatementOut(
        class_id=found.training_class.id,
        class_name=found.training_class.name,
        version=wording.VERSION,
        authoritative=wording.AUTHORITATIVE,
        introduction=dict(wording.INTRODUCTION),
        questions=[_question(plan, found, question) for question in found.questions],
        stated_at=found.stated_at,
    )


def _question(plan: Plan, found: operations.Asked, question: rules.Question) -> schemas.QuestionOut:
    return schemas.QuestionOut(
        id=question.id,
        words=dict(wording.question(plan, question.id)),
        choices=[
            schemas.ChoiceOut(value=value, words=dict(wording.CHOICES[value]))
            for value in question.choices
        ],
        answer=found.answers.get(question.id),
        listed=_listed(found.known, question),
    )


def _listed(known: facts.Known, question: rules.Question) -> schemas.ListedOut | None:
    if question.choices == rules.PENSION_CHOICES:
        fact = known.pension
    else:
        fact = known.categories.get(question.id)
    if fact is None:
        return None
    value = fact.value
    if isinstance(value, bool):
        value = facts.YES if value else facts.NO
    return schemas.ListedOut(
        value=value, document=fact.document, as_of=fact.as_of, until=fact.until
    )
