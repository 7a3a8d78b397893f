"""Invent people for the demo: names of many shapes, valid numbers, no real person.

The same seed gives the same people. Nothing here says which group anybody belongs to: a name has a
shape, and that is all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from shared.standards import resident_id

YOUNGEST = 16
OLDEST = 58
LONGEST_NAME = 50

# Most adults carry the prefixes of the prefecture that ended in 2015; the young carry the new ones.
_OLD_PREFIXES = ("652101", "652122", "652123")
_NEW_PREFIXES = ("650402", "650421", "650422")
_FAR_PREFIXES = ("622301", "412725", "510722", "653101", "654101")
_FIRST_OF_NEW = date(2015, 4, 1)

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_RARE_SURNAMES = ("𠮷", "龚", "逄", "亓", "欧阳", "上官", "尉迟")
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建文辉力志永健鑫淑兰雪梅晨曦博宇"
_RARE_GIVEN = "㛃䶮𬍛𬭎喆堃"
_HUI_SURNAMES = "马买丁虎哈白沙撒"
_HUI_GIVEN = ("小虎", "玉山", "晓梅", "国林", "建国", "秀花", "生福", "吉祥", "明亮", "春兰")
_STARTS = [
    "阿",
    "艾",
    "古",
    "帕",
    "热",
    "买",
    "努",
    "吐",
    "玉",
    "依",
    "卡",
    "萨",
    "塔",
    "迪",
    "麦",
    "祖",
    "海",
    "木",
    "如",
    "赛",
    "合",
    "肉",
    "伊",
    "色",
    "库",
    "沙",
]
_MIDDLES = [
    "力",
    "提",
    "合",
    "依",
    "丽",
    "热",
    "买",
    "孜",
    "尔",
    "布",
    "木",
    "尼",
    "拉",
    "克",
    "米",
    "曼",
    "巴",
    "里",
    "斯",
    "甫",
    "迪",
]
_ENDS = [
    "江",
    "古丽",
    "提",
    "木",
    "汗",
    "尔",
    "拉",
    "克",
    "丁",
    "孜",
    "别克",
    "娜",
    "罕",
    "力",
    "来提",
    "麦提",
]
_STEPPE_ENDS = ("别克", "汗", "古丽", "努尔", "拜", "西", "尔兰", "达吾列提")
_MOBILES = ("130", "131", "136", "139", "150", "151", "158", "177", "180", "186", "189", "199")


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person."""

    name: str
    id_number: str
    phone: str
    born: date


def invent(seed: int, *, on: date) -> Iterator[Person]:
    """Invent people without end, no number twice, aged 16 to 58 on a day, one in 25 under 18."""
    chance = Random(seed)
    numbers: set[str] = set()
    phones: set[str] = set()
    while True:
        born = _birth(chance, on)
        number = _number(chance, born)
        phone = chance.choice(_MOBILES) + f"{chance.randrange(10**8):08}"
        name = _name(chance)
        if number in numbers or phone in phones:
            continue
        numbers.add(number)
        phones.add(phone)
        yield Person(name, number, phone, born)


def people(seed: int, count: int, *, on: date) -> list[Person]:
    """Invent a number of people."""
    source = invent(seed, on=on)
    return [next(source) for _ in range(count)]


def too_young(seed: int, count: int, *, on: date) -> list[Person]:
    """Invent people of 14 and 15 years, whom no class may take."""
    chance = Random(f"young {seed}")
    found = []
    for _ in range(count):
        born = _years_before(on, 15) - timedelta(days=chance.randrange(-300, 300))
        phone = chance.choice(_MOBILES) + f"{chance.randrange(10**8):08}"
        found.append(Person(_name(chance), _number(chance, born), phone, born))
    return found


def other_name(seed: int, person: Person) -> Person:
    """Give the same number another name, as a slip of the pen does."""
    chance = Random(f"{seed} {person.id_number}")
    name = _name(chance)
    while name == person.name:
        name = _name(chance)
    return Person(name, person.id_number, person.phone, person.born)


def _years_before(on: date, years: int) -> date:
    # 28 February stands in for a 29 February that the other year lacks.
    day = 28 if (on.month, on.day) == (2, 29) else on.day
    return date(on.year - years, on.month, day)


def _birth(chance: Random, on: date) -> date:
    if chance.random() < 0.04:
        return _years_before(on, 17) - timedelta(days=chance.randrange(1, 364))
    youngest, oldest = _years_before(on, YOUNGEST), _years_before(on, OLDEST + 1)
    span = (youngest - oldest).days - 1
    # Two draws, the smaller: more young people than old.
    return youngest - timedelta(days=min(chance.randrange(span), chance.randrange(span)))


def _number(chance: Random, born: date) -> str:
    prefixes: tuple[str, ...]
    if born >= _FIRST_OF_NEW or chance.random() < 0.12:
        prefixes = _NEW_PREFIXES
    else:
        prefixes = _OLD_PREFIXES if chance.random() < 0.92 else _FAR_PREFIXES
    return resident_id.complete(
        f"{chance.choice(prefixes)}{born:%Y%m%d}{chance.randrange(1, 1000):03}"
    )


def _name(chance: Random) -> str:
    draw = chance.random()
    if draw < 0.30:
        return _short(chance)
    if draw < 0.38:
        return chance.choice(_HUI_SURNAMES) + chance.choice(_HUI_GIVEN)
    if draw < 0.50:
        return f"{_part(chance, _STEPPE_ENDS)}·{_part(chance, _STEPPE_ENDS)}"
    parts = 3 if draw > 0.94 else 2
    name = "·".join(_part(chance, _ENDS) for _ in range(parts))
    if draw > 0.985:
        name = "·".join(_long_part(chance) for _ in range(3))
    return name[:LONGEST_NAME]


def _short(chance: Random) -> str:
    rare = chance.random() < 0.03
    surname = chance.choice(_RARE_SURNAMES if rare else _SURNAMES)
    given = "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2, 2))))
    return surname + (chance.choice(_RARE_GIVEN) if rare else "") + given


def _part(chance: Random, ends: tuple[str, ...] | list[str]) -> str:
    middles = chance.choices(_MIDDLES, k=chance.choice((0, 1, 1, 2)))
    return chance.choice(_STARTS) + "".join(middles) + chance.choice(ends)


def _long_part(chance: Random) -> str:
    return (
        chance.choice(_STARTS) + "".join(chance.choices(_MIDDLES, k=13)) + chance.choice("江木尔")
    )
