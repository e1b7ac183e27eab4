"""Pages opened in a real Chromium, where there is one."""

import os
import shutil

import pytest

SCREENS = (390, 768, 1280)
A4 = 703  # CSS pixels between margins of 12 mm
CUT = """([width, scrolls]) => [...document.querySelectorAll("main *")].filter(e => {
  const box = e.getBoundingClientRect(), clips = getComputedStyle(e).overflowX != "visible";
  return box.width && (box.right > width + 1 || box.left < -1
    || (clips && e.scrollWidth > e.clientWidth + 1))
    && !(scrolls && e.closest("[tabindex]"));
}).map(e => e.outerHTML.slice(0, 80))"""
SLICED = """[...document.querySelectorAll("tr, figure")].filter(e =>
  getComputedStyle(e).breakInside != "avoid").map(e => e.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; the machine's own, as none can be fetched everywhere."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra browser")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium here to open a page in")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser):
    """Opens a page of a path; in the end it must have said nothing and asked no other address."""
    said, asked = [], []

    def open_page(path, **options):
        page = browser.new_page(**options)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data", "blob"}


@pytest.fixture
def laid_out(opened):
    """Checks that nothing of a page is cut on any screen or on A4, and what axe-core checks."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs browser")

    def check(path):
        for scheme in ("light", "dark"):
            page = opened(path, color_scheme=scheme)
            for width in SCREENS:
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.evaluate(CUT, [width, True]) == [], width
                found = axe.Axe().run(page)
                assert found.violations_count == 0, found.generate_report()
            page.set_viewport_size({"width": A4, "height": 1000})
            page.emulate_media(media="print")
            assert page.evaluate(CUT, [A4, False]) == []
            assert page.evaluate(SLICED) == []
            assert page.pdf(format="A4").startswith(b"%PDF")
            page.close()

    return check
