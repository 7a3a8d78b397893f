"""What goes over the wire about invitations, confirmations and places."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from services.registry.classes.models import TrainingClass
from services.registry.enrolments import consent, rules
from shared import routing

Language = Literal["zh-Hans", "ug", "en"]
SHA256 = r"^[0-9a-f]{64}$"
VERSION = r"^\d{4}-\d{2}-\d{2}\.\d+$"
EXAMPLE_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
EXAMPLE_ID = "018f3f3e-7a10-7cc2-9c1e-0c2b8f6a1d11"


class GuardianIn(routing.Body):
    """Who consents beside a person under 18."""

    name: str = Field(min_length=1, max_length=50, examples=["王大山"])
    relation: str = Field(min_length=1, max_length=20, examples=["父亲"])
    phone: str | None = Field(default=None, pattern=r"^1[0-9]{10}$", examples=["13800000000"])

    def plain(self) -> consent.Guardian:
        """Return it as the operations take it."""
        return consent.Guardian(self.name, self.relation, self.phone)


class ConfirmationIn(routing.Body):
    """The person's own yes to a class after one exact text; `device` is kept as an index only."""

    class_id: UUID = Field(strict=False, examples=[EXAMPLE_ID])
    version: str = Field(pattern=VERSION, max_length=20, examples=["2019-09-17.1"])
    language: Language = Field(examples=["zh-Hans"])
    text_sha256: str = Field(pattern=SHA256, examples=[EXAMPLE_SHA256])
    guardian: GuardianIn | None = Field(default=None, examples=[None])
    device: str | None = Field(
        default=None, min_length=8, max_length=100, examples=["5f0c2c9a-device"]
    )

    def said(self) -> rules.Yes:
        """Return which text was shown."""
        return rules.Yes(self.version, self.language, self.text_sha256)


class RefusalIn(routing.Body):
    """The person's own no to an invitation. There is no field for a reason."""

    class_id: UUID = Field(strict=False, examples=[EXAMPLE_ID])


class DepartureIn(routing.Body):
    """Leaving. There is no field for a reason."""

    enrolment_id: UUID = Field(strict=False, examples=[EXAMPLE_ID])


class ClassFacts(routing.Out):
    """A class as a person who decides about it sees it."""

    class_id: UUID
    class_name: str
    authority: str
    organisation_id: UUID
    kind: str
    subject_name: str
    level: int | None
    certificate_kind: str
    hours: int
    starts_on: date
    ends_on: date
    place: str
    state: str


class InvitationOut(ClassFacts):
    """An invitation; `answer` is the person's own and nobody else sees it."""

    invited_at: datetime
    answer: Literal["none", "confirmed", "declined"]


class SessionFacts(routing.Out):
    """A session of a class."""

    number: int
    starts_at: datetime
    ends_at: datetime
    hours: int
    topic: str
    place: str
    state: str


class SlotOut(routing.Out):
    """The slot that the class would use: `key` null where it uses none."""

    key: str | None
    rule: str
    text: str


class TextOut(routing.Out):
    """The text to decide on: send back version, language and sha256 to confirm."""

    language: Language
    version: str
    sha256: str
    reviewed: bool
    authoritative: bool
    body_markdown: str


class InvitationDetail(ClassFacts):
    """All that a person decides on; `texts` holds the chosen language first.

    `obstacles` says beforehand why a confirmation would not be taken.
    """

    organisation_name: str
    places_left: int
    invited: bool
    answer: Literal["none", "confirmed", "declined"]
    sessions: list[SessionFacts]
    slot: SlotOut
    texts: list[TextOut]
    guardian_needed: bool
    obstacles: list[str]


class EnrolmentOut(routing.Out):
    """A place just confirmed."""

    enrolment_id: UUID
    class_id: UUID
    confirmed_at: datetime


class RefusalOut(routing.Out):
    """The no is kept; nobody else sees it."""

    class_id: UUID


class DepartureOut(routing.Out):
    """The place has ended."""

    enrolment_id: UUID
    left_at: datetime


class OwnEnrolment(ClassFacts):
    """A place of one's own, with the exact text it was confirmed with."""

    enrolment_id: UUID
    confirmed_at: datetime
    channel: Literal["wechat", "paper"]
    version: str
    language: str
    text_sha256: str
    left_at: datetime | None
    hours_attended: int
    attended_days: int
    closed: bool
    completed: bool
    can_leave: bool


class ClassEnrolment(routing.Out):
    """A place as its institution, assessor and authority see it; the authority sees no name."""

    enrolment_id: UUID
    name: str | None
    hours_attended: int
    completed: bool
    certificate: Literal["none", "valid", "voided"]


class PaperIn(routing.Body):
    """A signed paper, as the first officer registers it with the person's card in hand."""

    class_id: UUID = Field(strict=False, examples=[EXAMPLE_ID])
    id_number: str = Field(max_length=40, examples=["650402199001011232"])
    name: str = Field(max_length=60, examples=["古丽米热·买买提"])
    version: str = Field(pattern=VERSION, max_length=20, examples=["2019-09-17.1"])
    language: Language = Field(examples=["zh-Hans"])
    text_sha256: str = Field(pattern=SHA256, examples=[EXAMPLE_SHA256])
    image_sha256: str = Field(pattern=SHA256, examples=[EXAMPLE_SHA256])
    guardian: GuardianIn | None = Field(default=None, examples=[None])

    def said(self) -> rules.Yes:
        """Return which text was signed."""
        return rules.Yes(self.version, self.language, self.text_sha256)


class SecondIn(routing.Body):
    """The hash of the image that the second officer looked at."""

    image_sha256: str = Field(pattern=SHA256, examples=[EXAMPLE_SHA256])


class PaperOut(routing.Out):
    """A paper that waits for the second officer."""

    id: UUID
    class_id: UUID
    authority: str
    image_sha256: str
    first_office: str
    first_at: datetime


def class_facts(training_class: TrainingClass) -> dict[str, object]:
    """Return the members of ClassFacts."""
    names = [name for name in ClassFacts.model_fields if name not in {"class_id", "class_name"}]
    found = {name: getattr(training_class, name) for name in names}
    return {"class_id": training_class.id, "class_name": training_class.name, **found}
