"""Who gets which slot: first come, first served, all or none."""

from uuid import UUID

from services.claims.provisions.in_force import Caps
from services.claims.slots import rules
from services.claims.slots.rules import Wish

ANNA, BORIS = UUID(int=1), UUID(int=2)


def _wish(n: int, person: UUID, *slots: tuple[str, ...]) -> Wish:
    return Wish(UUID(int=100 + n), person, UUID(int=200 + n), slots)


def test_the_first_hold_gets_the_slot() -> None:
    """The second hold of the same person for the same key gets none."""
    first, second = _wish(1, ANNA, ("k",)), _wish(2, ANNA, ("k",))
    given, without = rules.place([first, second], {})
    assert [(one.wish, one.key) for one in given] == [(first, "k")]
    assert without == {second.hold}


def test_a_hold_gets_all_its_slots_or_none() -> None:
    """A key that would be no use alone is left for others."""
    wish, next_one = _wish(1, ANNA, ("a",), ("b",)), _wish(2, ANNA, ("a",))
    given, without = rules.place([wish, next_one], {(ANNA, "b"): UUID(int=9)})
    assert [(one.wish, one.key) for one in given] == [(next_one, "a")]
    assert without == {wish.hold}


def test_a_cap_of_two_has_a_second_key() -> None:
    """Two holds share a slot that allows two."""
    wishes = [_wish(n, ANNA, ("k", "k#2")) for n in range(3)]
    given, without = rules.place(wishes, {})
    assert [one.key for one in given] == ["k", "k#2"]
    assert without == {wishes[2].hold}


def test_what_a_place_has_already_is_not_given_again() -> None:
    """Placing twice changes nothing; another's keys never matter."""
    wish = _wish(1, ANNA, ("k",))
    assert rules.place([wish], {(ANNA, "k"): wish.enrolment_id}) == ([], frozenset())
    given, _ = rules.place([_wish(2, BORIS, ("k",))], {(ANNA, "k"): wish.enrolment_id})
    assert len(given) == 1


def test_slots_come_in_the_order_of_their_keys() -> None:
    """Rows are inserted in one order everywhere, so that nobody waits in a circle."""
    wishes = [_wish(1, BORIS, ("b",)), _wish(2, ANNA, ("z",), ("a",))]
    given, _ = rules.place(wishes, {})
    keys = [(one.wish.trainee_id, one.key) for one in given]
    assert keys == sorted(keys)


def test_a_place_that_needs_no_slot_lacks_none() -> None:
    """Kinds with limits of their own hold nothing."""
    assert rules.place([_wish(1, ANNA)], {}) == ([], frozenset())


def test_two_slots_are_two_keys() -> None:
    """A place that needs two of what is there twice has both; with one of them gone, none."""
    both = ("k", "k#2")
    given, without = rules.place([_wish(1, ANNA, both, both)], {})
    assert ([one.key for one in given], without) == (["k", "k#2"], frozenset())
    wish = _wish(1, ANNA, both, both)
    assert rules.place([wish], {(ANNA, "k"): UUID(int=9)}) == ([], {wish.hold})


def test_earlier_trainings_take_a_key_each() -> None:
    """Two of a year fill a cap of two, the first told has the first key, a third finds none."""
    caps = Caps({"skill": 2}, 2, 1, {}, frozenset(), 2)
    told = [
        {"kind": "skill", "subject_code": f"L-{n}", "level": 5, "on": f"2020-0{n}-01"}
        for n in (1, 2, 3)
    ]
    found = rules.earlier(told, caps)
    assert (found["2020:skill"], found["2020:skill#2"]) == (told[0], told[1])
    assert set(found) == {"2020:skill", "2020:skill#2", "L-1/5", "L-2/5", "L-3/5"}
