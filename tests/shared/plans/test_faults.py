"""Whatever is wrong with a pack stops the load, with file and line."""

import pytest

from shared import plans
from shared.plans import check
from tests.shared.plans.conftest import Pack

CAPS = "provisions/caps.toml"
RULES = "provisions/class_rules.toml"

# file, what stands there, what is put there, lines below it, the message
CASES = {
    "a typo in a key": (
        "plan.toml",
        "share_min =",
        "share_mim =",
        0,
        "unknown key 'share_mim'",
    ),
    "a typo in a parameter": (RULES, "class_hour = 45", "class_huor = 45", 0, "unknown key"),
    "an unknown lead": (
        "plan.toml",
        'lead = ["emergency"]',
        'lead = ["emergancy"]',
        0,
        "unknown department 'emergancy'",
    ),
    "an unknown kind": ("plan.toml", '["safety"]', '["saftey"]', 0, "unknown kind 'saftey'"),
    "an unknown category": (
        "plan.toml",
        'counts_category = "poor_household"',
        'counts_category = "poor"',
        0,
        "unknown category 'poor'",
    ),
    "an unknown kind in a provision": (
        CAPS,
        "per_year = { skill = 1,",
        "per_year = { skil = 1,",
        0,
        "unknown word 'skil' for 'per_year'",
    ),
    "a fund outside its uses": (
        "funds.toml",
        'funds = ["hunan_aid"]',
        'funds = ["special"]',
        0,
        "fund 'special' may not pay 'aid_training'",
    ),
    "an unknown fund": (
        "funds.toml",
        'funds = ["unemployment_insurance"]',
        'funds = ["pension"]',
        0,
        "unknown fund 'pension'",
    ),
    "an unknown measure": (
        "funds.toml",
        'measures = ["m15"]',
        'measures = ["m51"]',
        0,
        "unknown measure 'm51'",
    ),
    "a goal that does not add up": (
        "plan.toml",
        "measures = 98000",
        "measures = 97000",
        0,
        "the measures' goals add up to 98000, declared are 97000",
    ),
    "a year that does not add up": (
        "plan.toml",
        "2021 = 43000",
        "2021 = 43001",
        0,
        "the years' goals add up to 105001, declared are 105000",
    ),
    "a school's share that does not add up": (
        "plan.toml",
        "goal = 4000\nshares",
        "goal = 4100\nshares",
        0,
        "the schools' shares add up to 4000, the line's goal is 4100",
    ),
    "a number that is a text": ("plan.toml", "goal = 30000", 'goal = "30000"', 0, "whole number"),
    "a negative number": (RULES, "class_hour = 45", "class_hour = -45", 0, "must not be negative"),
    "a flag that is a number": (CAPS, "built = true", "built = 1", 0, "must be true or false"),
    "a bad date": (
        "categories.toml",
        'monthly pension" }\nrole = "excludes"\nfrom = 2019-09-17',
        'monthly pension" }\nrole = "excludes"\nfrom = "17.9.2019"',
        2,
        "'from' must be a date such as 2019-09-17",
    ),
    "an impossible date": (RULES, "date = 2019-09-17", "date = 2019-09-31", 0, "Invalid date"),
    "an inexact number": (RULES, '"4/5"', "0.8", 0, "0.8 is not exact"),
    "a fraction that is none": (RULES, '"4/5"', '"most"', 0, "must be an exact fraction"),
    "a repealed word": (CAPS, '"class_start"', '"class_end"', 0, "unknown word 'class_end'"),
    "an unbuilt provision without reason": (
        "provisions/verification.toml",
        'reason = "the claims rules come with issue 3"\n',
        "",
        -1,
        "needs a reason",
    ),
    "a right made weaker": (
        "provisions/enrolment.toml",
        "reminders_max = 1",
        "reminders_max = 3",
        0,
        "POLICY 9.4: one reminder at most",
    ),
    "an unknown division": ("divisions.toml", 'today = "650421"', 'today = "650412"', 0, "650412"),
    "a local code that looks national": (
        "divisions.toml",
        'code = "6504L1"',
        'code = "650403"',
        0,
        "no local code",
    ),
    "a register without keeper": (
        "categories.toml",
        ', keeper = "失业保险经办机构"',
        "",
        0,
        "a register needs its keeper",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_reported_where_it_stands(pack: Pack, case: str) -> None:
    """The right file, the right line, and what is wrong."""
    file, old, new, below, message = CASES[case]
    line = pack.edit(file, old, new) + below
    found = pack.faults()
    assert any(fault[:2] == (file, line) and message in fault[2] for fault in found), (
        f"{file}:{line} {message} not in {found}"
    )


def test_one_changed_goal_breaks_both_sums(pack: Pack) -> None:
    """A wrong measure shows at its part and at the total."""
    pack.edit("plan.toml", "goal = 30000", "goal = 30001")
    assert [(file, message) for file, _, message in pack.faults()] == [
        ("plan.toml", "all targets add up to 105001, declared are 105000"),
        ("plan.toml", "the measures' goals add up to 98001, declared are 98000"),
    ]


def test_a_number_without_source_is_refused(pack: Pack) -> None:
    """Every number cites its document."""
    text = (pack.directory / RULES).read_text("utf-8")
    kept = [row for row in text.splitlines() if not row.startswith("source = ")]
    pack.write(RULES, "\n".join(kept) + "\n")
    found = pack.faults()
    start = kept.index("[[from]]") + 1
    assert (RULES, start, "missing key 'source'") in found
    assert (RULES, start + 2, "45 has no source") in found


def test_a_measure_without_article_is_refused(pack: Pack) -> None:
    """The plan's own numbers name their place in the plan."""
    line = pack.edit("plan.toml", 'article = "三(二)7"\n', "")
    found = pack.faults()
    assert ("plan.toml", line - 4, "30000 has no source") in found
    assert any(message == "missing key 'article'" for _, _, message in found)


def period(day: str, *, until: str = "", size: int = 40) -> str:
    """Write a further period of the class rules."""
    ends = f"until = {until}\n" if until else ""
    return (
        f"\n[[from]]\ndate = {day}\n{ends}class_hour = 45\n"
        f'attendance_threshold = "4/5"\nattended_day_sessions_min = 1\nclass_size_max = {size}\n'
        "sheet_days = 3\n"
        'source = { title = "部署决定", number = "POLICY 8.23", article = "班额" }\n'
    )


def add_period(pack: Pack, text: str) -> int:
    """Append a period to the class rules; return the line of its date."""
    path = pack.directory / RULES
    before = path.read_text("utf-8")
    path.write_text(before + text, "utf-8")
    return before.count("\n") + 3


def test_a_later_period_takes_over_on_its_day(pack: Pack) -> None:
    """The old number up to the eve, the new one from the day, and two hashes."""
    add_period(pack, period("2021-01-01"))
    provision = pack.load().provision("class_rules")
    old, new = provision.periods
    assert provision.on(new.starts_on)["class_size_max"] == 40
    assert (old["class_size_max"], old.until) == (50, new.starts_on)
    assert old.hash != new.hash


def test_a_later_period_does_not_change_the_hash_of_an_earlier_one(pack: Pack) -> None:
    """Decisions keep the hash of the terms they used."""
    before = pack.load().provision("class_rules").periods[0].hash
    add_period(pack, period("2021-01-01"))
    assert pack.load().provision("class_rules").periods[0].hash == before


def test_a_provision_can_end(pack: Pack) -> None:
    """`until` is the first day on which nothing applies any more."""
    add_period(pack, period("2021-01-01", until="2022-01-01"))
    provision = pack.load().provision("class_rules")
    last = provision.periods[-1].until
    assert last is not None
    with pytest.raises(plans.NotInForceError):
        provision.on(last)


@pytest.mark.parametrize("day", ["2019-09-17", "2019-01-01"])
def test_overlapping_periods_are_refused(pack: Pack, day: str) -> None:
    """Two numbers for one day are no number."""
    line = add_period(pack, period(day))
    assert pack.faults() == [(RULES, line, f"{day} overlaps the period before it")]


def test_an_end_after_the_next_start_is_refused(pack: Pack) -> None:
    """An explicit end may leave a gap, never an overlap."""
    line = add_period(pack, period("2021-01-01", until="2021-07-01"))
    add_period(pack, period("2021-06-01"))
    message = "until 2021-07-01 overlaps the period from 2021-06-01"
    assert pack.faults() == [(RULES, line + 1, message)]


def test_all_faults_are_told_at_once(pack: Pack) -> None:
    """Three mistakes in three files: three lines, sorted by file."""
    pack.edit("plan.toml", 'lead = ["emergency"]', 'lead = ["emergancy"]')
    pack.edit(CAPS, 'year = "calendar"', 'year = "rolling"')
    pack.edit("funds.toml", 'measures = ["m15"]', 'measures = ["m51"]')
    assert [file for file, _, _ in pack.faults()] == ["funds.toml", "plan.toml", CAPS]


def test_a_syntax_error_names_its_line(pack: Pack) -> None:
    """What tomllib refuses is reported like everything else."""
    line = pack.edit(CAPS, "per_year_total = 3", "per_year_total 3")
    file, found, message = pack.faults()[0]
    assert (file, found) == (CAPS, line)
    assert "line" in message


def test_a_file_that_nothing_reads_is_refused(pack: Pack) -> None:
    """A misspelt file name must not pass unseen."""
    pack.write("provisions/cap.tml", "x")
    assert pack.faults() == [("provisions/cap.tml", 1, "nothing reads this file")]


def test_a_missing_file_is_refused(pack: Pack) -> None:
    """A pack without funds is no pack."""
    (pack.directory / "funds.toml").unlink()
    assert ("funds.toml", 1, "missing or empty file") in pack.faults()


def test_the_check_prints_every_fault_and_fails(
    pack: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command's exit code and its lines are for people and for scripts."""
    line = pack.edit("plan.toml", 'lead = ["emergency"]', 'lead = ["emergancy"]')
    assert check.main(pack.directory) == 1
    printed = capsys.readouterr().err
    assert f"plan.toml:{line}: unknown department 'emergancy'" in printed
    assert "1 处错误" in printed
    assert check.main(pack.directory / "nowhere") == 2
