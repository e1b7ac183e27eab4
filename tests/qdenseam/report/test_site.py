"""The site as ``make docs`` built it, opened from its files as a reader does."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

SITE = Path(__file__).parents[3] / "build" / "site"
FRONT = SITE / "index.html"  # which leads to docs/index.html
PAGES = sorted({*SITE.glob("**/*.html")} - {FRONT})
LINKS = """[...document.querySelectorAll("a[href], img[src], link[href], script[src]")].map(
  e => [e.href || e.src, e.tagName])"""
IDS = '[...document.querySelectorAll("[id]")].map(e => e.id)'
WIDE = """width => [...document.querySelectorAll("body *")].filter(
  e => e.getBoundingClientRect().right > width + 1 && !e.closest("aside, .toc-drawer")
).map(e => e.outerHTML.slice(0, 90)).slice(0, 3)"""

pytestmark = pytest.mark.skipif(not PAGES, reason="no site: run make docs")


def name_of(page: Path) -> str:
    return str(page.relative_to(SITE))


def test_no_page_is_wider_than_its_screen_and_no_link_inside_is_broken(opened):
    """Neither on a phone; fragments must be ids of the pages that they lead to."""
    view = opened(SITE / "docs" / "index.html")
    wanted, ids = {}, {}
    for page in PAGES:
        view.goto(page.as_uri())
        view.wait_for_load_state()
        ids[page] = set(view.evaluate(IDS))
        for address, tag in view.evaluate(LINKS):
            wanted.setdefault(address, (name_of(page), tag))
        for width in (390, 1280):
            view.set_viewport_size({"width": width, "height": 900})
            scrolled = view.evaluate("document.documentElement.scrollWidth")
            assert scrolled <= width, (name_of(page), width, view.evaluate(WIDE, width))
    broken, outside = [], []
    for address, (page, tag) in wanted.items():
        parts = urlsplit(address)
        path = Path(unquote(parts.path))
        if parts.scheme != "file":
            outside += [(page, address)] if tag != "A" and parts.scheme != "data" else []
        elif not path.is_file() or (
            parts.fragment and path in ids and unquote(parts.fragment) not in ids[path] | {"top"}
        ):
            broken.append((page, address))
    assert len(wanted) > 1000
    assert broken == []
    assert outside == []


def test_the_front_page_leads_to_the_first(opened):
    opened(FRONT).wait_for_url("**/docs/index.html")


def test_words_are_found_without_a_server(opened):
    view = opened(SITE / "docs" / "index.html")
    view.goto(f"{(SITE / 'search.html').as_uri()}?q=amplification")
    view.wait_for_selector("#search-results li", timeout=10_000)
    found = view.inner_text("#search-results")
    assert "Recall by amplification" in found


def test_formulas_are_drawn(opened):
    view = opened(SITE / "docs" / "reference" / "classical_ref.html")
    boxes = view.evaluate(
        "[...document.querySelectorAll('math')].map(e => e.getBoundingClientRect().width)"
    )
    assert len(boxes) > 20
    assert all(width > 0 for width in boxes)
