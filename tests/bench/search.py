"""The public search over many names: the index, without HTTP."""

import asyncio
import random
from time import perf_counter

from services.gateway.directory.index import Entry, Index, syllables
from tests.bench import measuring
from tests.bench.figures import Figure
from tests.bench.row import Row
from tests.bench.tools import Tools

PLACES = "高昌鄯善托克逊吐鲁番葡萄棉花阳光新城老城火焰山艾丁湖红柳河胜利友谊团结东方西域丝路"
KINDS = (
    *("职业技能培训学校", "技工学校", "农业技术服务站", "劳务合作社", "电工培训中心", "中式面点师"),
    *("育婴员", "养老护理员", "焊工", "美容师"),
)
# One character, two, several; pinyin, initials; several words; nothing.
WORDS = (
    *("电", "面点", "葡萄棉", "吐鲁番葡", "peixun", "gcss", "ptmh", "zzzqq", "电工师", "sm"),
    *("火焰山红柳河团", "yuying", "7777", "不存在的名字", "gaochang", "培训学校", "焊工 胜利"),
)
PAGE = 51
BOUND_MS = 5


def names(how_many: int) -> list[str]:
    """Make up names of schools and offerings, the same every time."""
    chance = random.Random(1)
    return [
        "".join(chance.choices(PLACES, k=4))
        + str(chance.randrange(how_many))
        + chance.choice(KINDS)
        for _ in range(how_many)
    ]


def _entry(number: int, name: str) -> Entry:
    order = (0, " ".join(syllables(name)), str(number))
    return Entry(order, (name,), frozenset(["directory:x", f"kind:{number % 9}"]), b"{}")


def _p99(how_many: int) -> float:
    known = names(how_many)
    index = Index(_entry(number, name) for number, name in enumerate(known))
    taken = []
    for word in WORDS:
        for tags in ((), ("kind:3",)):
            for _ in range(12):
                began = perf_counter()
                found = index.find(word, tags=tags, limit=PAGE)
                taken.append(1_000 * (perf_counter() - began))
            if word.isascii() or " " in word:
                continue
            wanted = sum(
                word in name and (not tags or number % 9 == 3) for number, name in enumerate(known)
            )
            assert len(found) == min(PAGE, wanted), word
    return measuring.percentile(taken, 0.99)


async def run_100k(_: Tools) -> list[Figure]:
    """Measure 10⁵ names."""
    p99 = await asyncio.to_thread(_p99, 10**5)
    return [_figure("directory_search_1e5", p99)]


async def run_1m(_: Tools) -> list[Figure]:
    """Measure 10⁶ names."""
    p99 = await asyncio.to_thread(_p99, 10**6)
    return [_figure("directory_search_1e6", p99)]


def _figure(name: str, p99: float) -> Figure:
    return Figure(name, p99, BOUND_MS, "ms p99", 1, at_most=True, travels=False)


ROWS = (
    Row(("directory_search_1e5",), "a search over a hundred thousand names", run_100k),
    Row(("directory_search_1e6",), "a search over a million names", run_1m),
)
