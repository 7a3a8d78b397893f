"""The public search: published editions and classes with places, by any part of a name."""

from collections.abc import Iterable
from typing import Any

import pytest

from services.gateway.directory import catalogue, index
from services.gateway.directory.index import Entry, Index
from tests.gateway import outage
from tests.registry.world import ok, world
from tests.suite import Suite

NAMES = (
    *("吐鲁番市高级技工学校", "鄯善县职业技能培训中心", "托克逊县示例培训学校"),
    *("高昌区葡萄种植合作社", "Turpan Skills School", "重庆小面示例店", "电工（初级）"),
)


def entry(name: str, *more: str, tags: Iterable[str] = ()) -> Entry:
    """Make an entry that answers its name."""
    order = (0, " ".join(index.syllables(name)), name)
    return Entry(order, (name, *more), frozenset(tags), name.encode())


def found(words: str, names: Iterable[str] = NAMES) -> set[str]:
    """Search the names."""
    return {one.body.decode() for one in Index(map(entry, names)).find(words)}


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("葡", "高昌区葡萄种植合作社"),
        ("技工", "吐鲁番市高级技工学校"),
        ("技能培训中心", "鄯善县职业技能培训中心"),
        ("putao", "高昌区葡萄种植合作社"),
        ("PuTaoZhongZhi", "高昌区葡萄种植合作社"),
        ("gcqpt", "高昌区葡萄种植合作社"),
        ("gjjg", "吐鲁番市高级技工学校"),
        ("chongqing", "重庆小面示例店"),
        ("skills", "Turpan Skills School"),
        ("ｓｋｉｌｌｓ", "Turpan Skills School"),
        ("高昌 合作", "高昌区葡萄种植合作社"),
        ("电工(初", "电工（初级）"),
    ],
)
def test_any_part_of_a_name_finds_it(words: str, name: str) -> None:
    """One character or many, full pinyin, initials, Latin letters of any width, several words."""
    assert found(words) == {name}


@pytest.mark.parametrize("words", ["不存在", "xyz", "萄葡", "高昌 中心", "uta"])
def test_what_no_name_holds_finds_nothing(words: str) -> None:
    """Pinyin is found from the beginning of a syllable, never from its middle."""
    assert found(words) == set()


def test_no_words_find_everything_in_order() -> None:
    """A page ends where it is told to and goes on behind the last."""
    names = [f"培训学校{n:04d}" for n in range(300)]
    whole = Index(map(entry, names))
    first = whole.find(limit=200)
    rest = whole.find(after=first[-1].order, limit=200)
    assert [one.body.decode() for one in [*first, *rest]] == sorted(names)


def test_tags_narrow_a_search() -> None:
    """Every tag asked for has to be there."""
    entries = [entry(f"学校{n}", tags=("a", "b") if n % 50 == 0 else ("a",)) for n in range(500)]
    assert len(Index(entries).find("学校", tags=("a", "b"))) == 10
    assert Index(entries).find("学校", tags=("c",)) == []


def test_the_index_finds_what_looking_at_every_name_finds() -> None:
    """Grams lead to every bucket that holds the needle."""
    names = [f"{a}{b}{c}班" for a in "电焊面点" for b in "工师员" for c in "一二三四五六七八九"] * 3
    names = [f"{name}{n}" for n, name in enumerate(names)]
    for words in ("电", "焊工", "工九", "班1", "dg", "mianshi", "师三班"):
        entries = [entry(name) for name in names]
        slow = {name for name in names if index._hay((name,)).holds(index.folded(words))}
        assert {one.body.decode() for one in Index(entries).find(words, limit=1000)} == slow


async def search(suite: Suite, **params: Any) -> Any:
    """Search as the public does."""
    return ok(await suite.gateway().get("/v1/directory", params=params))


async def test_before_the_first_edition_the_directory_is_empty_not_broken(suite: Suite) -> None:
    """Every part says that it was read and holds nothing."""
    await suite.settle()
    answer = await search(suite)
    assert answer["items"] == []
    assert not answer["degraded"]
    assert {one["number"] for one in answer["editions"].values()} == {None}


async def test_published_entries_and_listed_classes_are_found(suite: Suite) -> None:
    """Institutions, assessors, offerings by their editions; classes with places left."""
    there = await world(suite)
    room = await there.file_class(listed=True)
    await suite.settle()
    answer = await search(suite, q="面点")
    parts = [one["directory"] for one in answer["items"]]
    assert parts.count("classes") == 1
    assert "offerings" in parts
    found_class = answer["items"][0]
    assert found_class["id"] == str(room.id)
    assert found_class["places_left"] == 30
    assert found_class["organisation_name"] == "高昌区示例培训学校"
    schools = await search(suite, q="gcqsl", directory="institutions", authority="650402")
    assert [one["name"] for one in schools["items"]] == ["高昌区示例培训学校"]
    assert (await search(suite, q="示例", directory="assessors", kind="skill"))["items"]
    assert schools["editions"]["institutions"]["number"] == 1


async def test_pages_hold_together_and_a_strange_cursor_is_refused(suite: Suite) -> None:
    """Each entry is met once."""
    await world(suite)
    await suite.settle()
    whole = await search(suite)
    seen, after = [], None
    while True:
        page = await search(suite, limit=2, **({"after": after} if after else {}))
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [one["id"] for one in whole["items"]]
    answer = await suite.gateway().get("/v1/directory?after=bm8")
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_malformed")


async def test_a_known_answer_costs_a_304_until_a_new_edition(suite: Suite) -> None:
    """The ETag is of the bytes."""
    await suite.settle()
    gateway = suite.gateway()
    first = await gateway.get("/v1/directory?q=示例")
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await gateway.get("/v1/directory?q=示例", headers=tag)).status_code == 304
    await world(suite)
    await suite.settle()
    assert (await gateway.get("/v1/directory?q=示例", headers=tag)).status_code == 200


async def test_a_peer_that_is_down_degrades_the_search(suite: Suite) -> None:
    """What was read before is still found, and the answer says that a part is missing."""
    there = await world(suite)
    await there.file_class(listed=True)
    await suite.settle()

    here = suite.apps["gateway"].state.service
    with outage.outage(suite, "registry"):
        await catalogue.of(here).refresh()
        answer = await search(suite, q="面点")
    await catalogue.of(here).refresh()
    assert answer["degraded"]
    assert not answer["editions"]["classes"]["available"]
    assert {one["directory"] for one in answer["items"]} == {"classes", "offerings"}
