"""Confirming: what is shown, what is asked, what the database refuses."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.registry import people
from tests.registry.world import FIRST_DAY, ok, problem, session_body, weekdays, world
from tests.suite import Suite


async def _reasons(suite: Suite, someone: people.Person, class_id: Any, **more: Any) -> Any:
    answer = await someone.client.post(
        "/me/confirmations", json=people.yes(suite, class_id, **more)
    )
    return answer.json().get("reasons")


async def test_an_invited_person_sees_everything_before_deciding(suite: Suite) -> None:
    """Class, institution, sessions, the slot it would use and the text in force."""
    here = await world(suite)
    room, someone = await here.file_class(), await people.person(suite)
    await people.invite(suite, room.id, someone)
    line = ok(await someone.client.get("/me/invitations"))["items"][0]
    assert (line["class_id"], line["answer"]) == (str(room.id), "none")
    shown = ok(await someone.client.get(f"/me/invitations/{room.id}"))
    assert shown["organisation_name"] == "高昌区示例培训学校"
    assert shown["slot"] == {
        "key": "2020:skill",
        "rule": "per_year",
        "text": "2020 年度职业技能培训名额 1 次",
    }
    assert len(shown["sessions"]) == 10
    (text,) = shown["texts"]
    for said in ("高昌区示例培训学校", "2020年3月9日", "您可以不参加，也可以随时退出", "12333"):
        assert said in text["body_markdown"]
    assert "{{" not in text["body_markdown"]
    assert shown["obstacles"] == []
    assert shown["guardian_needed"] is False


async def test_an_unreviewed_translation_is_shown_beside_the_authoritative_text(
    suite: Suite,
) -> None:
    """The Uyghur text first, the Chinese one with it, each with its review state."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    shown = ok(await someone.client.get(f"/me/invitations/{room.id}?language=ug"))
    assert [(t["language"], t["reviewed"], t["authoritative"]) for t in shown["texts"]] == [
        ("ug", False, False),
        ("zh-Hans", True, True),
    ]
    assert "{{" not in shown["texts"][0]["body_markdown"]


async def test_the_text_comes_in_the_language_the_person_set(suite: Suite) -> None:
    """The setting is the default, and the request may say otherwise."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    ok(await someone.client.put("/me/language", json={"language": "en"}))
    shown = ok(await someone.client.get(f"/me/invitations/{room.id}"))
    assert shown["texts"][0]["language"] == "en"


async def test_a_listed_class_is_joined_without_an_invitation(suite: Suite) -> None:
    """Choosing is as good as being invited."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    line = ok(await someone.client.get("/me/enrolments"))["items"][0]
    assert (line["enrolment_id"], line["channel"]) == (str(enrolment), "wechat")


async def test_a_class_that_is_not_listed_is_unknown_without_an_invitation(suite: Suite) -> None:
    """Nothing tells a stranger that it is there."""
    here = await world(suite)
    room, someone = await here.file_class(), await people.person(suite)
    problem(await someone.client.get(f"/me/invitations/{room.id}"), 404, "not_found")
    answer = await someone.client.post("/me/confirmations", json=people.yes(suite, room.id))
    problem(answer, 404, "not_found")


async def test_a_confirmation_keeps_the_exact_text(suite: Suite) -> None:
    """Version, language, hash, log-in and instant; the device only as an index."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    said = people.yes(suite, room.id, language="ug", device="device-0001")
    ok(await someone.client.post("/me/confirmations", json=said), 201)
    (row,) = await suite.sql("registry", "select * from confirmations")
    assert (row["version"], row["language"]) == (said["version"], "ug")
    assert row["text_sha256"].hex() == said["text_sha256"]
    assert (row["login_id"], row["at"]) == (someone.login, suite.clock.now())
    assert len(row["device_index"]) == 16


@pytest.mark.parametrize(
    "change",
    [{"version": "2019-09-16.1"}, {"text_sha256": "0" * 64}, {"language": "en"}],
)
async def test_another_text_than_the_one_in_force_confirms_nothing(
    suite: Suite, change: dict[str, str]
) -> None:
    """Version, hash and language all have to be those of the text in force."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    answer = await someone.client.post(
        "/me/confirmations", json=people.yes(suite, room.id) | change
    )
    problem(answer, 409, "text_outdated")
    assert await suite.sql("registry", "select 1 from enrolments") == []


async def test_a_production_instance_takes_no_consent_in_an_unreviewed_text(suite: Suite) -> None:
    """The same request that a sandbox takes is refused where it would count."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    service = suite.apps["registry"].state.service
    service.sandbox = False
    try:
        said = people.yes(suite, room.id, language="ug")
        problem(await someone.client.post("/me/confirmations", json=said), 422, "text_unreviewed")
        await people.confirm(suite, someone, room.id)
    finally:
        service.sandbox = True


async def test_the_same_key_is_the_same_confirmation(suite: Suite) -> None:
    """A request sent twice has one effect and one answer."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    key = {"Idempotency-Key": f"confirm-{uuid4()}"}
    said = people.yes(suite, room.id)
    first = ok(await someone.client.post("/me/confirmations", json=said, headers=key), 201)
    second = ok(await someone.client.post("/me/confirmations", json=said, headers=key), 201)
    assert first == second
    assert len(await suite.sql("registry", "select 1 from enrolments")) == 1


async def test_confirming_again_under_another_key_changes_nothing(suite: Suite) -> None:
    """The answer reminds that leaving is always possible."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    await people.confirm(suite, someone, room.id)
    again = await someone.client.post("/me/confirmations", json=people.yes(suite, room.id))
    problem(again, 409, "already_confirmed")
    assert len(await suite.sql("registry", "select 1 from enrolments")) == 1


async def test_one_person_confirming_twice_at_once_has_one_place(suite: Suite) -> None:
    """Two thumbs on two phones."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    said = people.yes(suite, room.id)
    answers = await asyncio.gather(
        *(someone.client.post("/me/confirmations", json=said) for _ in range(4))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert len(await suite.sql("registry", "select 1 from enrolments")) == 1


async def test_ten_places_take_exactly_ten_of_twenty_at_once(suite: Suite) -> None:
    """The cap is a constraint of the database."""
    here = await world(suite)
    room = await here.file_class(listed=True, capacity=10)
    everyone = await people.people(suite, 20)
    said = people.yes(suite, room.id)
    answers = await asyncio.gather(
        *(one.client.post("/me/confirmations", json=said) for one in everyone)
    )
    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 10}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"class_full"}
    (row,) = await suite.sql("registry", "select taken from training_classes")
    assert row["taken"] == 10
    (row,) = await suite.sql("registry", "select count(*) from enrolments")
    assert row["count"] == 10


async def test_two_classes_at_the_same_time_are_refused(suite: Suite) -> None:
    """Nobody sits in two rooms; the second yes leaves nothing behind."""
    here = await world(suite)
    one = await here.file_class(listed=True)
    two = await here.file_class(listed=True)
    someone = await people.person(suite)
    await people.confirm(suite, someone, one.id)
    answer = await someone.client.post("/me/confirmations", json=people.yes(suite, two.id))
    problem(answer, 409, "time_clash")
    rows = await suite.sql("registry", "select class_id from enrolments")
    assert [row["class_id"] for row in rows] == [one.id]
    (row,) = await suite.sql("registry", "select taken from training_classes where id = $1", two.id)
    assert row["taken"] == 0


async def test_two_classes_at_the_same_time_confirmed_at_one_instant_are_one(
    suite: Suite,
) -> None:
    """The database decides which one, also when nobody was first."""
    here = await world(suite)
    rooms = [await here.file_class(listed=True) for _ in range(2)]
    everyone = await people.people(suite, 4)
    answers = await asyncio.gather(
        *(
            one.client.post("/me/confirmations", json=people.yes(suite, room.id))
            for one in everyone
            for room in rooms
        )
    )
    assert Counter(answer.status_code for answer in answers) == {201: 4, 409: 4}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"time_clash"}


async def test_the_database_itself_refuses_two_rooms_at_once(suite: Suite) -> None:
    """Even a statement that no operation makes."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    await people.confirm(suite, someone, room.id)
    with pytest.raises(Exception, match="one_room_at_a_time"):
        await suite.sql(
            "registry",
            "with e as (insert into enrolments (id, class_id, authority, organisation_id,"
            " trainee_id, name_sealed, confirmed_at, left_at) select gen_random_uuid(), class_id,"
            " authority, organisation_id, trainee_id, name_sealed, confirmed_at, confirmed_at"
            " from enrolments returning id, trainee_id)"
            " insert into occupied select e.id, o.session_id, e.trainee_id, o.during"
            " from e, occupied o",
        )


async def test_leaving_one_class_frees_the_time_for_another(suite: Suite) -> None:
    """Future sessions of the class that was left hold nothing."""
    here = await world(suite)
    one = await here.file_class(listed=True)
    two = await here.file_class(listed=True)
    someone = await people.person(suite)
    await people.leave(someone, await people.confirm(suite, someone, one.id))
    await people.confirm(suite, someone, two.id)


async def test_who_left_may_come_back_before_the_class_starts(suite: Suite) -> None:
    """Leaving closes no door."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True, capacity=1), await people.person(suite)
    first = await people.confirm(suite, someone, room.id)
    await people.leave(someone, first)
    assert await people.confirm(suite, someone, room.id) != first
    (row,) = await suite.sql("registry", "select taken from training_classes")
    assert row["taken"] == 1


async def test_a_listed_class_without_an_invitation_has_nothing_to_refuse(suite: Suite) -> None:
    """A no is an answer, and nobody asked."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    answer = await someone.client.post("/me/refusals", json={"class_id": str(room.id)})
    problem(answer, 404, "not_found")


async def test_nobody_confirms_after_the_first_session_began(suite: Suite) -> None:
    """From that instant, whether or not the job has come by."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    here.at(FIRST_DAY, 10)
    answer = await someone.client.post("/me/confirmations", json=people.yes(suite, room.id))
    problem(answer, 409, "class_started")
    suite.clock.at -= timedelta(seconds=1)
    await people.confirm(suite, someone, room.id)


async def test_nobody_confirms_a_class_that_was_withdrawn(suite: Suite) -> None:
    """It does not take place."""
    here = await world(suite)
    room, someone = await here.file_class(), await people.person(suite)
    await people.invite(suite, room.id, someone)
    await suite.sql("registry", "update training_classes set state = 'withdrawn'")
    answer = await someone.client.post("/me/confirmations", json=people.yes(suite, room.id))
    problem(answer, 409, "class_not_open")


async def test_the_database_takes_nobody_into_a_class_that_is_not_open(suite: Suite) -> None:
    """Even a statement that no operation makes."""
    here = await world(suite)
    room, someone = await here.file_class(), await people.person(suite)
    await suite.sql("registry", "update training_classes set state = 'voided'")
    with pytest.raises(Exception, match="the class is not open"):
        await suite.sql(
            "registry",
            "insert into enrolments (id, class_id, authority, organisation_id, trainee_id,"
            " name_sealed, confirmed_at) select gen_random_uuid(), id, authority,"
            " organisation_id, $2, '\\x00', filed_at from training_classes where id = $1",
            *(room.id, someone.id),
        )


AGES = [
    (date(2004, 3, 10), {}, 422, "too_young"),  # 15 on the first day, 16 the day after
    (date(2004, 3, 9), {}, 422, "guardian_missing"),  # 16 on the first day
    (date(2004, 3, 9), {"guardian": {"name": "王大山", "relation": "父亲"}}, 201, None),
    (date(2004, 3, 10), {"guardian": {"name": "王大山", "relation": "父亲"}}, 422, "too_young"),
    (date(2002, 3, 10), {}, 422, "guardian_missing"),  # 17 on the first day, 18 the day after
    (date(2002, 3, 9), {}, 201, None),  # 18 on the first day
]


@pytest.mark.parametrize(("born", "more", "status", "code"), AGES)
async def test_age_counts_on_the_first_day_of_the_class(
    suite: Suite, born: date, more: dict[str, Any], status: int, code: str | None
) -> None:
    """Nobody under 16; under 18 a guardian too; a birthday counts on the day itself."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    number = people.id_number(born.strftime("%Y%m%d"))
    someone = await people.person(suite, number=number)
    answer = await someone.client.post("/me/confirmations", json=people.yes(suite, room.id, **more))
    assert (answer.status_code, answer.json().get("code")) == (status, code)


async def test_a_guardian_stands_beside_the_person_sealed(suite: Suite) -> None:
    """The consent is kept with the confirmation, readable to the person only."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    someone = await people.person(suite, number=people.id_number("20030101"))
    guardian = {"name": "阿布都热合曼", "relation": "父亲", "phone": "13812345678"}
    await people.confirm(suite, someone, room.id, guardian=guardian)
    (row,) = await suite.sql("registry", "select guardian_sealed from confirmations")
    assert "阿布都热合曼".encode() not in row["guardian_sealed"]
    copied = ok(await someone.client.get("/me/copy"))["sections"]["confirmations"][0]
    assert copied["guardian"] == guardian


async def test_work_training_is_for_adults(suite: Suite) -> None:
    """Under 18 a guardian's consent changes nothing about it."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    await suite.sql("registry", "update training_classes set kind = 'work_training'")
    someone = await people.person(suite, number=people.id_number("20030101"))
    guardian = {"name": "王大山", "relation": "父亲"}
    reasons = await _reasons(suite, someone, room.id, guardian=guardian)
    assert reasons == ["too_young_for_hazard"]


async def test_every_reason_of_a_refusal_is_told_at_once(suite: Suite) -> None:
    """Nobody fixes one thing to hear of the next."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    someone = await people.person(suite, number=people.id_number("20050101"))
    reasons = await _reasons(suite, someone, room.id, text_sha256="0" * 64)
    assert reasons == ["text_outdated", "too_young", "guardian_missing"]


async def test_an_evening_class_does_not_clash_with_one_in_the_morning(suite: Suite) -> None:
    """Only the sessions' own hours count."""
    here = await world(suite)
    evening = [session_body(day, hour=18) for day in weekdays(FIRST_DAY, 10)]
    one = await here.file_class(listed=True)
    two = await here.file_class(listed=True, sessions=evening)
    someone = await people.person(suite)
    await people.confirm(suite, someone, one.id)
    await people.confirm(suite, someone, two.id)
