"""Names as cards write them, and as people are searched for."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.standards import names
from shared.standards.names import Fault


@pytest.mark.parametrize(
    "name",
    [
        "王芳",
        "张三",
        "欧阳娜娜",
        "𠮷野家",
        "赵㛃",
        "李〇",
        "王䶮",
        "陈\U00031350",
        "陈\U0002ebf0",
        "陈\U0003347b",
        "葛\U000e0100",
        "阿卜杜拉·买买提",
        "古丽娜尔·阿不都热合曼·吐尔逊",
        "ئابدۇللا مەمەت",
        "گۈلنار",
        "Abdulla Memet",
        "Gülnar",
        "Jean-Pierre O'Neil",
        "J. Smith",
        "Ă",
        "한강",
        "カレン",
        "买" * 50,
    ],
)
def test_names_of_every_script_belong(name: str) -> None:
    """Every extension of the Chinese characters, Uyghur names in three scripts, foreigners."""
    assert names.faults(name) == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", (Fault.MISSING,)),
        ("·", (Fault.MISSING,)),
        ("- -", (Fault.MISSING,)),
        ("买" * 51, (Fault.TOO_LONG,)),
        ("王芳1", (Fault.CHARACTERS,)),
        ("王芳１", (Fault.CHARACTERS,)),
        ("王①", (Fault.CHARACTERS,)),
        ("王\x00芳", (Fault.CHARACTERS,)),
        ("王\n芳", (Fault.CHARACTERS,)),
        ("王芳😀", (Fault.CHARACTERS,)),
        ("<b>王芳</b>", (Fault.CHARACTERS,)),
        ("王芳(大)", (Fault.CHARACTERS,)),
        ("=王芳", (Fault.CHARACTERS,)),
        ("王\u202e芳", (Fault.CHARACTERS,)),
        ("王\ue000", (Fault.CHARACTERS,)),
        ("王\ud800", (Fault.CHARACTERS,)),
        ("1\u20e3", (Fault.CHARACTERS,)),
        ("1" * 51, (Fault.TOO_LONG, Fault.CHARACTERS)),
    ],
)
def test_every_fault_is_named(name: str, expected: tuple[Fault, ...]) -> None:
    """All of them, not only the first."""
    assert names.faults(name) == expected


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("　王芳　", "王芳"),
        ("\u00a0王 芳\t\n", "王 芳"),
        ("王　芳", "王　芳"),
        ("\ufeff王\u200b芳", "王芳"),
        ("阿卜杜拉•买买提", "阿卜杜拉•买买提"),
        ("王\ue863", "王\ue863"),
        ("王\ue831", "王\U000215d7"),
    ],
)
def test_what_the_card_shows_is_kept(raw: str, clean: str) -> None:
    """Only outer space and invisible marks go; GB 18030's old private codes get their names."""
    assert names.clean(raw) == clean


@pytest.mark.parametrize("dot", "·•・‧∙⋅．.･․●˙﹒")
def test_every_dot_is_the_same_dot_to_a_search(dot: str) -> None:
    """The card's separator is U+00B7, keyboards offer many."""
    assert names.search_key(f"阿卜杜拉{dot}买买提") == "阿卜杜拉\u00b7买买提"
    assert names.same(f"阿卜杜拉 {dot} 买买提", "阿卜杜拉·买买提")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王 芳", "王芳"),
        ("王　芳", "王芳"),
        ("ABDULLA MEMET", "Abdulla Memet"),
        ("Ａｂｄｕｌｌａ", "abdulla"),
        ("阿卜杜拉··买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉·买买提·", "阿卜杜拉·买买提"),
        ("Gu\u0308lnar", "Gülnar"),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    """Spaces, width, case, doubled dots, composed letters."""
    assert names.same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("", ""), ("·", "."), ("王芳", "王方"), ("阿卜杜拉·买买提", "阿卜杜拉买买提")],
)
def test_other_names_and_no_names_are_not_the_same(one: str, other: str) -> None:
    """A missing dot is for a person to judge, and nobody is the same as nobody."""
    assert not names.same(one, other)


@given(st.text(max_size=60))
@example("a \u0301")
@example("a\u200b\u0301")
def test_a_search_key_is_its_own_key(raw: str) -> None:
    """The key is a normal form, and no text makes a check fail."""
    key = names.search_key(raw)
    assert names.search_key(key) == key
    names.faults(names.clean(raw))


def test_chinese_names_are_told_from_others() -> None:
    """Dots and spaces do not count, rare characters do."""
    assert names.is_chinese("𠮷 㛃")
    assert names.is_chinese("阿卜杜拉·买买提")
    assert not names.is_chinese("Abdulla")
    assert not names.is_chinese("王 Fang")
    assert not names.is_chinese("·")
