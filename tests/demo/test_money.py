"""The demo's money: the bank double speaks the documented form, the cast fits the plan."""

import io

import pytest
import xlsxwriter

from services.claims.payments import bank_file, reading, rules
from services.claims.provisions.reasons import Reason, Wanted
from services.claims.submissions.states import State
from services.demo import bank, budget, cast, crowd, figures_money, promises_money, summary_money
from services.demo.bank import Order, Slip
from services.registry.accounts import rules as accounts
from shared import plans
from shared.plans.vocabulary import Kind, Purpose

PLAN = plans.load(plans.default_directory())
GATHERED = crowd.gather()
MARKS = budget.marks(GATHERED)
ORDERS = [
    Order("K7M2Q9XAB3-000001", "阿依古丽·买买提", "1040139000000001234", "1200.00"),
    Order("K7M2Q9XAB3-000002", "示例培训学校", "65001612340005250000", "0.05"),
]


def _file() -> bytes:
    rows = [(one.reference, one.holder, one.account, "示例银行", one.yuan, "") for one in ORDERS]
    head = ",".join(bank.HEADINGS)
    return ("\ufeff" + "\r\n".join([head, *(",".join(row) for row in rows)])).encode()


def test_the_bank_reads_our_file_and_pays_open_accounts() -> None:
    """A closed account is rejected with the bank's own words; amounts stay whole fen."""
    orders = bank.read(_file())
    assert orders == ORDERS
    assert [one.fen for one in orders] == [120000, 5]
    assert [(one.paid, one.said) for one in bank.work(orders)] == [
        (True, ""),
        (False, "账户已销户"),
    ]
    assert rules.reason_of(bank.SAID_CLOSED) is rules.Reason.ACCOUNT_CLOSED


def test_the_bank_reads_a_workbook_too() -> None:
    """The sheet 明细 holds the rows."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet(bank.SHEET)
        sheet.write_row(0, 0, bank.HEADINGS)
        sheet.write_row(1, 0, [*("A-000001", "甲", "104013900", "示例银行", "7.00"), ""])
    assert bank.read(stream.getvalue()) == [Order("A-000001", "甲", "104013900", "7.00")]


def test_the_bank_refuses_a_file_of_another_form() -> None:
    """Headings are the documented ones, or nothing is paid."""
    with pytest.raises(ValueError, match="headings"):
        bank.read(b"a,b,c\r\n1,2,3\r\n")


@pytest.mark.parametrize("write", [bank.as_csv, bank.as_xlsx, bank.as_json])
def test_every_answer_of_the_bank_is_read_as_it_was_meant(write: object) -> None:
    """Three forms, the same words: references, outcomes, fen."""
    assert callable(write)
    slips: list[Slip] = [*bank.work(ORDERS), bank.stray()]
    _, rows = reading.read(write(slips))
    told = [(row.reference, row.outcome is rules.Outcome.PAID, row.fen) for row in rows]
    assert told == [(one.order.reference, one.paid, one.order.fen) for one in slips]


def test_the_bank_knows_the_headings_of_our_file() -> None:
    """What goes out is what the double reads."""
    assert tuple(bank_file.HEADINGS) == bank.HEADINGS


def test_every_account_can_be_one() -> None:
    """People's accounts pass the registry's check; one of them the bank has closed."""
    numbers = [one.account for one in MARKS.claimants if one.account]
    assert not [number for number in numbers if accounts.wrong(number)]
    assert sum(number.endswith(bank.CLOSED) for number in numbers) == 1
    assert any(not one.account for one in MARKS.claimants)


def test_every_receipt_is_for_a_permitted_use_with_an_own_document() -> None:
    """Funds never mix, and no document is entered twice."""
    permitted = {one.id: {use.value for use in one.permitted} for one in PLAN.funds}
    many = (*budget.RECEIPTS, budget.REFILL)
    assert all(one.purpose in permitted[one.fund] for one in many)
    keys = [(one.authority, one.fund, one.document) for one in budget.RECEIPTS]
    assert len(set(keys)) == len(keys)


def test_a_claim_covers_classes_of_one_organisation_and_authority() -> None:
    """Commitment is for commissioned classes; every class that met is claimed once a round."""
    classes = {plan.key: plan for plan in cast.CLASSES}
    claimed = []
    for claim in (*budget.FIRST_ROUND, budget.EARLY, *budget.SECOND_ROUND):
        found = [classes[key] for key in claim.keys]
        assert len({(one.organisation, one.authority) for one in found}) == 1
        assert claim.route == "documents" or {one.basis for one in found} == {"commission"}
        claimed += claim.keys
    assert sorted(claimed) == sorted(one.key for one in cast.CLASSES if one.invited)


def test_the_same_people_stand_on_the_same_lists_on_every_run() -> None:
    """Nothing is drawn from a clock or from the order in which answers come."""
    assert budget.marks(crowd.gather()) == MARKS


def test_nobody_is_on_two_lists_that_exclude() -> None:
    """Each refusal shows one thing."""
    people = [*MARKS.pensioners.values(), *MARKS.payroll.values(), *MARKS.residents]
    people += [*MARKS.same_level, *MARKS.same_year]
    assert MARKS.mistaken is not None
    numbers = [one.id_number for one in (*people, MARKS.mistaken)]
    assert len(set(numbers)) == len(numbers)


def test_the_summary_has_words_for_every_code_of_money() -> None:
    """An officer never reads a code."""
    reasons = {one.value for one in Reason} | {figures_money.IN_REVIEW}
    assert set(summary_money.REASONS) == reasons
    assert set(summary_money.NEEDS) == {one.value for one in Wanted}
    assert set(summary_money.STATES) == {one.value for one in State}
    assert set(summary_money.PROVISIONS) <= {one.value for one in Purpose}
    assert set(summary_money.KINDS) <= {one.value for one in Kind}
    assert set(summary_money.STATES) >= promises_money.LIVE
    assert summary_money.yuan(123456789) == "1,234,567.89"


@pytest.mark.parametrize(
    ("state", "fen", "word"),
    [
        ("paid", 100, "approvable"),
        ("waiting", 100, "approvable"),
        ("refused", 100, "refused"),
        ("undecided", 0, "undecided"),
        ("withdrawn", 0, "undecided"),
    ],
)
def test_a_line_counts_by_what_was_decided_of_it(state: str, fen: int, word: str) -> None:
    """What has an amount was approvable, whatever became of it; a refusal stays one."""
    assert figures_money.decision({"state": state, "amount_fen": fen}) == word
