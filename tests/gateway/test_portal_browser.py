"""The pages in a real browser, as wide as a phone and as a desk."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page, async_playwright

from tests.gateway.test_progress import put
from tests.registry.world import world
from tests.suite import Suite

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
REQUIRED = os.environ.get("REQUIRE_BROWSER") == "1"
WIDTHS = (375, 1280)
PAGES = ("/", "/funds", "/directory", "/certificates", "/editions", "/help", "/problems/not_found")

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and not REQUIRED,
    reason="Debian's chromium is not installed; REQUIRE_BROWSER=1 makes this a failure",
)


@pytest.fixture
async def site(suite: Suite) -> AsyncIterator[str]:
    """Serve the gateway of the suite on a free port, with something to show."""
    there = await world(suite)
    await there.file_class(listed=True)
    await put(suite, ("m01", "650402", "2019Q4", 1234, 1200), ("m06", "650421", "2019Q4", 20, 20))
    await suite.settle()
    config = uvicorn.Config(suite.apps["gateway"], port=0, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells by a flag
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Run the browser."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield running
        await running.close()


async def opened(browser: Browser, width: int, *, script: bool = True) -> tuple[Page, list[str]]:
    """Open a page of a width; collects what the browser complains about."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script, locale="zh-CN"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


async def test_no_page_scrolls_sideways_or_breaks_its_policy(site: str, browser: Browser) -> None:
    """At both widths, in both languages, without a complaint of the browser."""
    for width in WIDTHS:
        page, complaints = await opened(browser, width)
        for path in PAGES:
            for language in ("zh", "en"):
                await page.goto(f"{site}{path}?lang={language}")
                wide = await page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (path, language, wide)
        assert complaints == []


@pytest.mark.parametrize("script", [True, False])
async def test_the_search_works_with_and_without_the_script(
    site: str, browser: Browser, *, script: bool
) -> None:
    """From the first page to a class and how to join it, by keyboard and links."""
    page, _ = await opened(browser, 375, script=script)
    await page.goto(site)
    await page.get_by_role("link", name="查询目录").click()
    await page.get_by_label("名称、地址或拼音").fill("mds")
    await page.get_by_label("名称、地址或拼音").press("Enter")
    await page.wait_for_url("**/directory?*q=mds*")
    await page.get_by_role("link", name="2020示例面点师五级1等级证").click()
    assert await page.get_by_role("heading", name="怎样报名").is_visible()


async def test_a_choice_searches_at_once_where_the_script_runs(site: str, browser: Browser) -> None:
    """No second click is needed."""
    page, _ = await opened(browser, 1280)
    await page.goto(f"{site}/directory")
    await page.get_by_label("范围").select_option("assessors")
    await page.wait_for_url("**directory=assessors*")
    assert await page.get_by_role("heading", level=3).all_inner_texts() == ["高昌区示例评价中心"]


async def test_the_keyboard_reaches_the_text_first(site: str, browser: Browser) -> None:
    """The first stop of the tab key leads past the menu."""
    page, _ = await opened(browser, 1280)
    await page.goto(site)
    await page.keyboard.press("Tab")
    assert await page.get_by_role("link", name="跳到正文").evaluate(
        "link => link === document.activeElement"
    )
    await page.keyboard.press("Enter")
    await page.wait_for_url("**#main")
