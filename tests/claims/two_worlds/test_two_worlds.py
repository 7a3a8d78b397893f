"""An institution learns nothing of a person's status: whatever it reads, all worlds read alike.

A class of seven is lived in worlds that differ in one person's status only. Every operation that an
institution may call is asked after every step; ids and hashes aside, answers are the same bytes.
A few statuses are lived every time, all of them with EXPLORE=1.
"""

import os
from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.claims.submissions import world as claims
from tests.claims.two_worlds import living, looking
from tests.claims.two_worlds.living import Life
from tests.claims.two_worlds.looking import Diary
from tests.suite import SERVICES, Suite

Story = Callable[[Life], Awaitable[None]]


async def _paid_and_appealed(life: Life) -> None:
    await life.file("filed")
    await life.file("sent again")
    await life.withdraw("second withdrawn", 1)
    await life.file("sent a third time")
    await life.review("reviewed")
    await life.publish("notice")
    await life.pay("money")
    await life.appeal("appeal dismissed", "dismissed")
    await life.appeal("appeal looked at", "reopened")
    await life.mend()
    await life.appeal("appeal won", "reopened")
    await life.review("reviewed again")
    await life.publish("second notice")
    await life.pay("second money")


async def _withdrawn_and_returned(life: Life) -> None:
    await life.file("filed")
    await life.withdraw("withdrawn", 0)
    await life.withdraw("withdrawn twice", 0)
    await life.file("filed again")
    await life.review("returned", "returned")
    await life.withdraw("returned, withdrawn", 1)
    await life.appeal("appeal looked at", "reopened")
    await life.file("filed a third time")
    await life.review("refused", "refused")
    await life.file("filed a fourth time")


async def _lived(suite: Suite, kind: str, story: Story, again: pytest.MonkeyPatch) -> Diary:
    life = await living.taught(suite, kind, again)
    await story(life)
    await life.diary.look("in the end", SERVICES)
    await suite.sql("claims", living.FREE)
    assert await claims.wrong(suite) == [], kind
    return life.diary


@pytest.mark.parametrize(
    ("story", "kinds"),
    [
        (_paid_and_appealed, ("pensioner", "earlier benefit", "said nothing")),
        (
            _withdrawn_and_returned,
            ("pensioner", "public payroll", "slot used", "no word of a pension"),
        ),
    ],
)
async def test_an_institution_cannot_tell_why_a_person_is_not_payable(
    suite: Suite, story: Story, kinds: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused or undecided: filing, review, notice, payment and appeals read the same."""
    first, *others = living.NOT_PAYABLE if os.environ.get("EXPLORE") else kinds
    known = await _lived(suite, first, story, monkeypatch)
    assert any("not_payable_person" in text for text in known.pages.values())
    for kind in others:
        diary = await _lived(suite, kind, story, monkeypatch)
        assert looking.differing(known, diary) == [], kind


async def test_an_institution_cannot_tell_who_has_a_living_allowance(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is public differs: a fund's sums, and a notice's row that withholds its figures."""
    known = await _lived(suite, "payable", _without_allowance, monkeypatch)
    diary = await _lived(suite, "payable", _with_allowance, monkeypatch)
    asked = {*known.pages} & {*diary.pages}
    differing = {what for what in asked if known.pages[what] != diary.pages[what]}
    assert all("/funds" in what or "/notices/" in what for what in differing), differing
    assert differing
    for what in asked:
        if "/notices/" in what:
            page = diary.pages[what]
            assert ":20000," not in page
            assert page.count('"name"') == known.pages[what].count('"name"')
    # The person's own claim is not there, whoever guesses its key.
    assert all(diary.pages[what].startswith("404 ") for what in {*diary.pages} - asked)


async def _without_allowance(life: Life) -> None:
    await _allowance(life, claimed=False)


async def _with_allowance(life: Life) -> None:
    await _allowance(life, claimed=True)


async def _allowance(life: Life, *, claimed: bool) -> None:
    """Be paid for a class, with or without the one person's allowance of 200 yuan."""
    await life.rate()
    await life.file("filed")
    if claimed:
        await life.claim_allowance()
    await life.diary.look("claimed by the person")
    await life.review("reviewed")
    await life.publish("notice")
    await life.pay("money")
    if claimed:
        await life.pay("own money", fund="employment", payee_kind="person", look=False)
    await life.diary.look("own money paid")
