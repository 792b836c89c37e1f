"""Reading a rendered page and its tables."""

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

from seqkd.analysis.settings import ReportSettings

SETTINGS = ReportSettings(examples=3)


def page(results: Path) -> str:
    return (results / "report.html").read_text(encoding="utf-8")


def text(results: Path) -> str:
    """The page's text without markup and styles, white space squeezed."""
    bare = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page(results), flags=re.DOTALL)
    return " ".join(bare.replace("&#39;", "'").split())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


class Structure(HTMLParser):
    """Collects tags, the attributes that could load something, and fails on unbalanced markup."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.feed(markup)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]
        if tag not in ("meta", "br", "link", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
