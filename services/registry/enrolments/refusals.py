"""What a person hears when a yes, a no or a leaving cannot be taken."""

from collections.abc import Mapping, Sequence

from services.registry.enrolments.rules import Reason
from shared.problems import Problem


class ClassNotOpen(Problem):
    """The class is not accepted, or was withdrawn or voided."""

    status = 409
    code = "class_not_open"
    title_zh = "该培训班目前不能报名"
    title_en = "The class is not open"


class ClassStarted(Problem):
    """Its first session has begun."""

    status = 409
    code = "class_started"
    title_zh = "该培训班已经开班"
    title_en = "The class has started"


class ClassHeld(Problem):
    """The authority looks at how its confirmations came about."""

    status = 409
    code = "class_held"
    title_zh = "主管单位正在核对该班的确认情况，暂不能确认"
    title_en = "The authority is looking at this class; nobody can confirm for now"


class TextOutdated(Problem):
    """The text shown is not the one in force: read it again, then decide."""

    status = 409
    code = "text_outdated"
    title_zh = "确认书文本已更新，请重新阅读后再决定"
    title_en = "The text has changed; please read it again, then decide"


class TextUnreviewed(Problem):
    """The translation has not been reviewed, so it cannot carry a consent here."""

    status = 422
    code = "text_unreviewed"
    title_zh = "该文字的译文尚未审定，请使用其他文字确认"
    title_en = "This translation has not been reviewed; please confirm in another language"


class TooYoung(Problem):
    """Nobody under 16 takes part."""

    status = 422
    code = "too_young"
    title_zh = "开班时未满 16 周岁，不能参加"
    title_en = "Under 16 when the class starts"


class TooYoungForHazard(Problem):
    """Work training and special operations are for adults."""

    status = 422
    code = "too_young_for_hazard"
    title_zh = "未满 18 周岁，不能参加以工代训和特种作业培训"
    title_en = "Under 18: no training through work, no special operations"


class GuardianMissing(Problem):
    """Under 18 a guardian consents beside the person, never instead."""

    status = 422
    code = "guardian_missing"
    title_zh = "未满 18 周岁，除本人确认外还须监护人同意"
    title_en = "Under 18 a guardian's consent is needed beside your own"


class ClassFull(Problem):
    """No place is left."""

    status = 409
    code = "class_full"
    title_zh = "该培训班名额已满"
    title_en = "The class is full"


class TimeClash(Problem):
    """The person sits elsewhere at the time of a session."""

    status = 409
    code = "time_clash"
    title_zh = "上课时间与您已确认的另一个培训班冲突"
    title_en = "A session is at the same time as one of another class you confirmed"


class AlreadyConfirmed(Problem):
    """The person has a place in this class; leaving is always possible."""

    status = 409
    code = "already_confirmed"
    title_zh = "您已经确认参加该班；不想参加的，可以随时退出"
    title_en = "You have confirmed this class already; you may leave at any time"


class NothingToLeave(Problem):
    """The class has ended or does not take place."""

    status = 409
    code = "nothing_to_leave"
    title_zh = "该培训班已结束或者不再举办，无需退出"
    title_en = "The class is over or does not take place: there is nothing to leave"


class SameOffice(Problem):
    """A paper needs two officers of two offices."""

    status = 409
    code = "same_office"
    title_zh = "纸面确认须由另一科室的另一名工作人员核对"
    title_en = "A second officer of another office has to look at it"


class PaperDiffers(Problem):
    """The second officer looked at another image."""

    status = 409
    code = "paper_differs"
    title_zh = "影像与第一名工作人员登记的不一致"
    title_en = "The image is not the one that the first officer recorded"


class PaperPending(Problem):
    """The same paper is waiting for its second officer."""

    status = 409
    code = "paper_pending"
    title_zh = "该学员对该班的纸面确认已登记，等待另一科室核对"
    title_en = "A paper of this person for this class is waiting for the second officer"


PROBLEMS: Mapping[Reason, type[Problem]] = {
    Reason.CLASS_NOT_OPEN: ClassNotOpen,
    Reason.CLASS_STARTED: ClassStarted,
    Reason.CLASS_HELD: ClassHeld,
    Reason.TEXT_OUTDATED: TextOutdated,
    Reason.TEXT_UNREVIEWED: TextUnreviewed,
    Reason.TOO_YOUNG: TooYoung,
    Reason.TOO_YOUNG_FOR_HAZARD: TooYoungForHazard,
    Reason.GUARDIAN_MISSING: GuardianMissing,
}
CONSTRAINTS: Mapping[str, type[Problem]] = {
    "class_full": ClassFull,
    "class_open": ClassNotOpen,
    "enrolled_once": AlreadyConfirmed,
    "left_or_completed": NothingToLeave,  # the class closed while the person left
    "one_room_at_a_time": TimeClash,
    "two_offices": SameOffice,
    "paper_once": PaperPending,
}


def refuse(reasons: Sequence[Reason]) -> None:
    """Raise the problem of the first reason, with all of them; nothing if there is none."""
    if reasons:
        raise PROBLEMS[reasons[0]](reasons=[reason.value for reason in reasons])
