"""What every HTML page of ours keeps to, checked on its text without a browser."""

import re
from html.parser import HTMLParser
from itertools import pairwise

_VOID = {"meta", "img", "input", "br", "link"}
_HEADINGS = {"h1", "h2", "h3", "h4"}


class Page(HTMLParser):
    """A page read once: tags with their attributes, rows as texts, and what is left open."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.rows = [], [], []
        self.tables = []  # whether each table begins with a caption
        self.texts = {}  # text of tags that say what the page is
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "table":
            self.tables.append(False)
        elif tag == "caption":
            self.tables[-1] = True
        elif tag == "tr":
            self.rows.append([])
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not data.strip():
            return
        if {"td", "th"} & set(self.open):
            self.rows[-1].append(data.strip())
        elif self.open:
            self.texts[self.open[-1]] = data.strip()

    def all(self, name):
        return [given for tag, given in self.tags if tag == name]

    @property
    def alts(self):
        return [given["alt"] for given in self.all("img")]


def checked_page(text):
    """Return the page, all rules held: structure, names, no address outside its folder."""
    page = Page(text)
    assert not page.open
    assert not re.search(r"<<<<|>>>>|\{\{|\{%", text)
    assert text.lower().startswith("<!doctype html>")
    assert page.all("html")[0].get("lang")
    assert page.texts["title"]
    assert len(page.all("main")) == 1
    assert any(given.get("name") == "viewport" for given in page.all("meta"))
    levels = [int(tag[1]) for tag, _ in page.tags if tag in _HEADINGS]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert all("alt" in given for given in page.all("img"))
    assert all(given.get("scope") for given in page.all("th"))
    assert all(page.tables)
    ids = [given["id"] for _, given in page.tags if "id" in given]
    assert len(set(ids)) == len(ids)
    labelled = {given["for"] for given in page.all("label")}
    assert all(given.get("id") in labelled for given in page.all("input"))
    addresses = [given[name] for _, given in page.tags for name in ("src", "href") if name in given]
    assert all(a.startswith("data:") or not re.match(r"[a-z]+:|//", a) for a in addresses)
    assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", text)
    return page
