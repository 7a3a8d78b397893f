"""The public page of fund use, and what was paid on the page of progress."""

import pytest

from services.gateway.portal import pages, rendering
from tests.claims.ledger import world as books
from tests.gateway import outage
from tests.gateway.test_portal import html
from tests.gateway.test_progress_paid import paid
from tests.suite import Suite


@pytest.mark.parametrize(
    ("amount", "yuan", "wan"),
    [
        (0, "0.00", "0.00"),
        (1, "0.01", "0.00"),
        (123_456_789, "1,234,567.89", "123.46"),
        (10_500_000_000, "105,000,000.00", "10,500.00"),
        (4_999, "49.99", "0.00"),
        (5_000, "50.00", "0.01"),
        (-70_050, "-700.50", "-0.07"),
    ],
)
def test_amounts_are_written_as_a_county_office_writes_them(
    amount: int, yuan: str, wan: str
) -> None:
    """Yuan to the fen in tables, 10,000 yuan with two decimals above them, never a float."""
    assert (pages.fen(amount), pages.wan(amount)) == (yuan, wan)


async def test_a_fund_shows_what_came_in_is_held_and_was_paid(suite: Suite) -> None:
    """The figures of GET /v1/funds, by fund and quarter."""
    await paid(suite, 120_000, 80_000)
    await books.received(suite, 5_000_000)
    answer = (await suite.gateway().get("/v1/funds")).json()
    special = next(one for one in answer["funds"] if one["id"] == "special")
    assert (special["received_fen"], special["paid_fen"]) == (15_000_000, 200_000)
    text = await html(suite, "/funds?lang=zh")
    assert "<strong>0.20</strong>" in text
    assert "职业技能提升行动专项资金（专账）" in text
    assert "2020 年第 1 季度" in text
    for amount in ("150,000.00", "2,000.00", "148,000.00"):
        assert amount in text
    assert "已拨付 2,000.00 元，到账 150,000.00 元" in text
    assert "企业自有经费" in text
    english = await html(suite, "/funds?lang=en")
    assert "Special account for vocational skills upgrading" in english
    assert "2,000.00 yuan paid of 150,000.00 received" in english


async def test_the_page_of_progress_shows_what_was_paid(suite: Suite) -> None:
    """In the facts, in its measure, at its authority."""
    await paid(suite, 1, 2, 3, 4, 5, 6, 7)
    await suite.settle()
    text = await html(suite, "/?lang=zh")
    assert "<dt>补贴已拨付</dt><dd>7</dd>" in text
    assert text.count('data-label="已拨付">7</td>') == 2


async def test_empty_books_and_books_out_of_reach_say_so(suite: Suite) -> None:
    """Nothing received is said in words; an outage is a page, not a fault."""
    assert "尚无资金到账" in await html(suite, "/funds?lang=zh")
    with outage.outage(suite, "claims"):
        answer = await suite.gateway().get("/funds?lang=zh")
        assert answer.status_code == 503
        assert "账目暂时无法读取" in answer.text


def test_a_bar_never_leaves_its_frame() -> None:
    """More held and paid than came in (a corrected receipt) still draws within the whole."""
    drawn = str(rendering.shares(80, 60, 100))
    assert 'width="57.14"' in drawn
    assert 'x="57.14" width="42.86"' in drawn
    assert 'width="0.00"' in str(rendering.shares(-5, 0, 0))
