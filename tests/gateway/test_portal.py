"""The public pages: what the API says, in two languages, for everybody, from here only."""

import re
from html.parser import HTMLParser
from uuid import uuid4

import httpx
import pytest

from services.gateway.portal import rendering
from tests.gateway import outage
from tests.gateway.test_progress import put
from tests.registry.world import world
from tests.suite import Suite

PAGES = (
    *("/", "/directory", "/certificates", "/editions", "/help", "/problems/not_found"),
    *("/directory?q=示例&directory=institutions", "/?quarter=2019Q4", "/funds"),
)
LANGUAGES = {"zh": "zh-Hans", "en": "en"}


class Tags(HTMLParser):
    """Collects what the promises about markup are about."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.seen.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of these names."""
        return [attributes for tag, attributes in self.seen if tag in names]


async def html(suite: Suite, path: str, **headers: str) -> str:
    """Read a page as the public does."""
    answer = await suite.gateway().get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == rendering.HTML
    return answer.text


def within(path: str, language: str) -> str:
    """Ask for a page in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_stands_in_both_languages(suite: Suite, path: str, language: str) -> None:
    """Title, language, one heading of the first order, a way to the other language."""
    text = await html(suite, within(path, language))
    tags = Tags(text)
    assert tags.all("html")[0]["lang"] == LANGUAGES[language]
    assert len(tags.all("h1")) == 1
    assert "{" not in re.sub(r"<script.*?</script>", "", text)
    assert {one["hreflang"] for one in tags.all("a") if "hreflang" in one} == {"zh-Hans", "en"}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_anywhere_else(suite: Suite, path: str) -> None:
    """No address of another host, no inline style or script; the policy forbids them too."""
    answer = await suite.gateway().get(path)
    assert not re.search(r"https?://|//[a-z]", answer.text)
    tags = Tags(answer.text)
    assert all("style" not in one and "onclick" not in one for _, one in tags.seen)
    assert all(one.get("src", "").startswith("/static/") for one in tags.all("script"))
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
async def test_fields_have_labels_and_tables_have_headers(suite: Suite, path: str) -> None:
    """What a screen reader needs is there."""
    await put(suite, ("m01", "650402", "2019Q4", 30, 30))
    tags = Tags(await html(suite, path))
    labelled = {one["for"] for one in tags.all("label")}
    fields = [one for one in tags.all("input", "select") if one.get("type") != "hidden"]
    assert {one["id"] for one in fields} == labelled
    assert all(one.get("scope") in {"row", "col"} for one in tags.all("th"))
    assert len(tags.all("caption")) == len(tags.all("table"))
    assert all(one.get("aria-hidden") == "true" for one in tags.all("svg"))


@pytest.mark.parametrize("path", PAGES)
async def test_links_of_a_page_lead_somewhere(suite: Suite, path: str) -> None:
    """Every link to our own pages and files is answered."""
    gateway = suite.gateway()
    tags = Tags(await html(suite, within(path, "en")))
    links = {one["href"] for one in tags.all("a", "link") if one.get("href")}
    for link in links:
        if link.startswith("/"):
            assert (await gateway.get(link)).status_code in {200, 304}, link


async def test_the_first_page_shows_the_figures_of_the_api(suite: Suite) -> None:
    """The big number, the lines and the authorities are read back."""
    await put(suite, ("m01", "650402", "2019Q4", 1234, 1234), ("m06", "650421", "2019Q4", 20, 11))
    text = await html(suite, "/?lang=zh")
    report = (await suite.gateway().get("/v1/progress")).json()
    assert report["total"]["completed"] == 1245
    assert "<strong>1,245</strong>" in text
    assert "105,000" in text
    assert "2019 年第 4 季度" in text
    for target in report["targets"]:
        assert target["name"]["zh"] in text
        assert f"{target['goal']:,}" in text
    assert "尚无可公布的数字" in text


async def test_an_empty_plan_says_so(suite: Suite) -> None:
    """No table of zeros without a word."""
    assert "尚无完成记录" in await html(suite, "/?lang=zh")
    await suite.settle()
    assert "目录尚未公布" in await html(suite, "/directory?lang=zh")


async def test_the_language_follows_the_browser_until_it_is_chosen(suite: Suite) -> None:
    """And a chosen language stays in the links."""
    german = await html(suite, "/help", **{"Accept-Language": "de,en;q=0.6,zh;q=0.5"})
    assert '<html lang="en">' in german
    chosen = await html(suite, "/help?lang=zh", **{"Accept-Language": "en"})
    assert '<html lang="zh-Hans">' in chosen
    assert 'href="/directory?lang=zh"' in chosen
    assert '<html lang="zh-Hans">' in await html(suite, "/help")


async def test_what_was_published_is_found_and_shown(suite: Suite) -> None:
    """Search, class page, editions and differences."""
    there = await world(suite)
    room = await there.file_class(listed=True, name="面点<b>一班")
    await suite.settle()
    text = await html(suite, "/directory?lang=zh&q=面点")
    assert f'href="/classes/{room.id}?lang=zh"' in text
    assert "面点&lt;b&gt;一班" in text
    one = await html(suite, f"/classes/{room.id}?lang=zh")
    assert room.code in one
    assert "共 30 个，余 30 个" in one
    assert "可以随时退出" in one
    assert "高昌区示例培训学校" in await html(suite, "/directory?q=gcqslpx")
    assert "没有找到符合条件" in await html(suite, "/directory?lang=zh&q=没有这样的")
    assert "第 1 版" in await html(suite, "/editions?lang=zh")
    assert "高昌区示例培训学校" in await html(suite, "/editions/institutions/1?lang=zh")


@pytest.mark.parametrize(
    "path",
    [
        *("/classes/nothing", "/classes/8abfafd6-d042-473e-86d6-4ae72fa25bb5"),
        "/editions/institutions/7",
        *("/editions/nothing/1", "/problems/nothing", "/static/old/site.css"),
    ],
)
async def test_what_is_not_there_is_a_page_that_says_so(suite: Suite, path: str) -> None:
    """404 with a way on."""
    answer = await suite.gateway().get(path)
    assert answer.status_code == 404
    assert 'class="go"' in answer.text


async def test_what_messengers_append_to_an_address_does_no_harm(suite: Suite) -> None:
    """A link shared in WeChat opens."""
    await html(suite, "/?from=timeline&isappinstalled=0&lang=zh_CN")
    await html(suite, "/directory?directory=x&after=x&q=" + "长" * 500)


async def check(suite: Suite, **form: str) -> httpx.Response:
    """Check a certificate by the form."""
    return await suite.gateway().post("/certificates?lang=zh", data=form)


async def test_a_certificate_is_checked_without_a_script(suite: Suite) -> None:
    """Found, not found, not filled in; nothing entered is shown again."""
    missing = await check(suite, number="", name="")
    assert missing.status_code == 400
    assert "请填写编号和姓名" in missing.text
    unknown = await check(suite, number="PX6504022020000001K", name="示例学员")
    assert unknown.status_code == 200
    assert "没有查到这份证书" in unknown.text
    assert "PX6504022020000001K" not in unknown.text
    assert unknown.headers["cache-control"] == "no-store"
    with outage.outage(suite, "registry"):
        assert (await check(suite, number="1", name="甲")).status_code == 503


async def test_a_page_that_is_known_costs_a_304(suite: Suite) -> None:
    """Pages have strong ETags, files may be kept for ever."""
    gateway = suite.gateway()
    first = await gateway.get("/help")
    again = await gateway.get("/help", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    style = await gateway.get(f"/static/{rendering.VERSION}/site.css")
    assert "immutable" in style.headers["cache-control"]


async def test_the_editions_page_bears_an_outage(suite: Suite) -> None:
    """It says that something is missing."""
    with outage.outage(suite, "institutions"):
        assert "暂时无法读取" in await html(suite, "/editions?lang=zh")


def test_every_text_of_the_pages_has_both_languages() -> None:
    """And the same blanks in both; the script stays small."""
    for key, words in rendering.WORDS.items():
        assert set(words) == {"zh", "en"}, key
        blanks = [sorted(re.findall(r"{(\w+)}", words[one])) for one in ("zh", "en")]
        assert blanks[0] == blanks[1], key
    assert len(rendering.STATIC["site.js"]) < 5_000


async def test_pages_are_for_everybody(suite: Suite) -> None:
    """A token in the browser changes nothing."""
    by = suite.organisation(uuid4())
    assert (await suite.gateway(by).get("/")).text == (await suite.gateway().get("/")).text
