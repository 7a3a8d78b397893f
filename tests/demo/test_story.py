"""The story's cast is large enough, repeats, and asks for nothing that the plan forbids."""

from collections import Counter

from services.demo import cast, crowd, summary
from services.demo.crowd import Fate
from services.registry.rosters import admission, checking
from shared import plans
from shared.standards import credit_code, resident_id

PLAN = plans.load(plans.default_directory())
GATHERED = crowd.gather()


def test_the_year_is_as_large_as_promised() -> None:
    """Organisations, classes, measures, authorities, people and rows reach what issue 2 asks."""
    roles = Counter(one.role for one in cast.ORGANISATIONS)
    assert roles["institution"] >= 3
    assert (roles["assessor"], roles["employer"]) == (2, 1)
    taught = [plan for plan in cast.CLASSES if plan.invited]
    assert len(taught) >= 25
    assert {plan.authority for plan in taught} == {one.code for one in PLAN.authorities}
    assert len({plan.target for plan in taught if plan.target.startswith("m")}) >= 8
    assert max(plan.places for plan in taught) <= 50
    assert sum(plan.invited for plan in taught) >= 900
    assert len(GATHERED.everybody()) >= 850


def test_every_class_fits_its_target() -> None:
    """Kind and hours are what the plan asks of the target, and the hours fill whole days."""
    targets = {one.id: one for one in PLAN.targets}
    for plan in cast.CLASSES:
        offering, target = cast.offering(plan.offering), targets[plan.target]
        assert offering.kind in [kind.value for kind in target.kinds]
        assert offering.hours >= (target.hours_min or 0)
        assert offering.hours == len(cast.days_of(plan)) * cast.HOURS_A_DAY


def test_the_example_organisations_have_right_credit_codes() -> None:
    """The check character is that of GB 32100."""
    assert not [one.key for one in cast.ORGANISATIONS if credit_code.check(one.credit_code)]


def test_the_same_people_do_the_same_on_every_run() -> None:
    """Nothing is drawn from a clock or from the order in which answers come."""
    assert crowd.gather() == GATHERED


def test_every_fate_has_somebody() -> None:
    """People say yes, no and nothing; leave, sit in two rooms, sign on paper."""
    fates = {one.fate for many in GATHERED.invited.values() for one in many}
    assert fates == set(Fate)


def test_no_minor_is_invited_to_special_operations() -> None:
    """A permit's class is for adults."""
    for key, many in GATHERED.invited.items():
        plan = next(one for one in cast.CLASSES if one.key == key)
        if cast.offering(plan.offering).certificate == "permit":
            first = cast.WAVES[plan.wave]
            assert min(resident_id.age_on(one.person.id_number, first) for one in many) >= 18


def test_the_summary_has_words_for_every_code() -> None:
    """An officer never reads a code."""
    codes = {code.value for code in checking.Fault} | {code.value for code in admission.Code}
    assert set(summary.CODES) == codes
