"""A commitment that travels with a filing: whether it is the one that the plan asks for.

Pure. 六(三), POLICY 3: the text that was shown, every condition of it, by the person who may sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared import problems
from shared.plans.texts import Matter, Text
from shared.standards import names


class DisclosureOutdated(problems.Problem):
    """The disclosure that was read is not the one in force: it has to be read again."""

    status = 409
    code = "disclosure_outdated"
    title_zh = "告知书已更新，请重新阅读后再承诺"
    title_en = "The disclosure has changed; please read it again before committing"


class CommitmentIncomplete(problems.Problem):
    """A condition of the disclosure was not accepted, or one that it does not have."""

    status = 422
    code = "commitment_incomplete"
    title_zh = "承诺须包括告知书的全部条件"
    title_en = "A commitment accepts every condition of the disclosure"


class SignerNotResponsible(problems.Problem):
    """The signer is not the organisation's registered responsible person."""

    status = 422
    code = "signer_not_responsible"
    title_zh = "签署人不是本单位登记的负责人"
    title_en = "The signer is not the organisation's registered responsible person"


class TranslationUnreviewed(problems.Problem):
    """Nobody has reviewed the translation: only a sandbox takes a promise to it. POLICY 8.18."""

    status = 409
    code = "translation_unreviewed"
    title_zh = "该语言的译文尚未审定，请使用其他语言"
    title_en = "The translation is not reviewed yet; please use another language"


PROBLEMS = (DisclosureOutdated, CommitmentIncomplete, SignerNotResponsible, TranslationUnreviewed)


@dataclass(frozen=True, slots=True)
class Given:
    """A commitment as it came in; `signer` is None for a person, whom the log-in tells."""

    matter: str
    version: str
    language: str
    statements: Sequence[str]
    signer: str | None


def check(given: Given, matter: Matter, *, responsible: str | None, sandbox: bool) -> Text:
    """Return the text that is promised; without `responsible` nobody signs by name.

    Raises one of PROBLEMS.
    """
    if (given.matter, given.version) != (matter.id, matter.version):
        raise DisclosureOutdated(matter=matter.id, version=matter.version)
    asked = [condition.id for condition in matter.conditions]
    if set(given.statements) != set(asked):
        raise CommitmentIncomplete(
            missing=[one for one in asked if one not in given.statements],
            unknown=sorted(set(given.statements) - set(asked)),
        )
    text = matter.text(given.language)
    if not (text.reviewed or sandbox):
        raise TranslationUnreviewed
    if responsible is not None and not names.same(given.signer or "", responsible):
        raise SignerNotResponsible
    return text
