"""HTTP of binding codes: an office's counter on one side, the gateway's log-in on the other."""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import Field

from services.registry.trainees import bindings
from shared import problems, routing

router = routing.router("", tags=["trainees"])


class CardIn(routing.Body):
    """What the officer reads off the person's card; the phone is for a person not yet known."""

    id_number: str = Field(max_length=40, examples=["650402199001011232"])
    name: str = Field(max_length=60, examples=["古丽米热·买买提"])
    phone: str | None = Field(default=None, pattern=r"^1[0-9]{10}$", examples=["13800000000"])


class CodeOut(routing.Out):
    """The code, shown once, and until when it holds.

    With `second_needed` it replaces a log-in and holds once another office has countersigned it.
    """

    id: UUID
    code: str
    until: datetime
    second_needed: bool


class CountersignatureIn(routing.Body):
    """The card as the second officer reads it: it has to be that of the code's person."""

    id_number: str = Field(max_length=40, examples=["650402199001011232"])


class CountersignatureOut(routing.Out):
    """Which code now stands with two offices."""

    id: UUID


class BindingIn(routing.Body):
    """A code that a person typed, and the log-in it was typed into."""

    code: str = Field(max_length=40, examples=["ACDE346790"])
    login_id: UUID = Field(strict=False)


class BindingOut(routing.Out):
    """Whose log-in it is now: the id, nothing of the person."""

    trainee_id: UUID


@router.post(
    "/binding-codes",
    status_code=201,
    summary="窗口核对证件后发放绑定码",
    response_model=CodeOut,
    responses=problems.responses(bindings.IdNumberWrong, bindings.NameWrong, bindings.NameDiffers),
)
async def make_binding_code(
    body: CardIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> CodeOut | Response:
    """Make a code for the person who stands at the counter, registering whoever is not known.

    A known number with another name answers 409 and notes the name for the authority. Earlier
    codes of the person end; `second_needed`: another office has to countersign this one.
    """
    card = bindings.card(number=body.id_number, name=body.name, phone=body.phone, on=clock.today())
    now = clock.now()
    person = await bindings.person_of(session, here.sealer, shown=card, by=by, at=now)
    if person is None:
        # Answered, not raised: what was noted for the authority stays.
        return problems.answer(bindings.NameDiffers())
    made = await bindings.make_code(session, here.sealer, person=person, by=by, at=now)
    return CodeOut.model_validate(made, from_attributes=True)


@router.post(
    "/binding-codes/{code_id}/second",
    status_code=201,
    summary="核对换绑登录账号的绑定码（另一科室的第二名工作人员）",
    responses=problems.responses(bindings.SameOffice),
)
async def second_binding_code(
    *,
    code_id: UUID,
    body: CountersignatureIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> CountersignatureOut:
    """Countersign a code that replaces a person's log-in; the second officer sees the card too."""
    await bindings.countersign(
        session, here.sealer, code_id=code_id, number=body.id_number, by=by, at=clock.now()
    )
    return CountersignatureOut(id=code_id)


@router.post(
    "/internal/bindings",
    summary="用绑定码把登录账号绑定到本人",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(bindings.CodeRefused),
)
async def bind_login(
    body: BindingIn, session: routing.DbSession, clock: routing.Now, here: routing.Here
) -> BindingOut:
    """Bind a log-in by a code, once; the same log-in with the same code gets the same answer."""
    person = await bindings.redeem(
        session, here.sealer, code=body.code, login=body.login_id, at=clock.now()
    )
    return BindingOut(trainee_id=person)
