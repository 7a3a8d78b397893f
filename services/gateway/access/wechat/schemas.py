"""Wire models of WeChat log-ins."""

from typing import Annotated

from pydantic import ConfigDict, Field

from services.gateway.access import issuing
from shared import routing
from shared.principal import Role


class WechatLoginIn(routing.Body):
    """What `wx.login` gave the mini program."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "0c3XyZ000abCdE1FgH200iJkL13XyZ0m"}]}
    )

    code: Annotated[str, Field(min_length=1, max_length=200)]


class BindingIn(routing.Body):
    """The code that an office handed out at its counter."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "K7QM4XW2PD"}]})

    code: Annotated[str, Field(min_length=6, max_length=40)]


class TicketIn(routing.Body):
    """A one-time ticket."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ticket": "q3vV0m9lT8Jt2mYb6oJcSg7yHcW4n1aKxkZr5uE0dPs"}]}
    )

    ticket: Annotated[str, Field(min_length=20, max_length=100)]


class PersonTokenOut(issuing.TokenOut):
    """A token of two hours: a visitor's until the log-in is bound, then the person's."""

    role: Role
    bound: bool


class TicketOut(routing.Out):
    """A ticket that a mobile page redeems once."""

    ticket: str
    expires_in: int
