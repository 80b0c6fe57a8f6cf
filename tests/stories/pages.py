"""A page as somebody reads it who may only follow links: where they lead, what they count, which rows it lists."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Page:
    """`counts` holds (address, number shown) of each link that says how many rows are behind it."""

    links: set[str] = field(default_factory=set)
    fragments: set[str] = field(default_factory=set)
    posts: set[str] = field(default_factory=set)
    counts: set[tuple[str, int]] = field(default_factory=set)
    rows: set[str] = field(default_factory=set)
    marked: int = 0
    older: str = ""


def read(html: str, url: str) -> Page:
    reader = _Reader(url)
    reader.feed(html)
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__()
        self.url, self.page, self.open = url, Page(), []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self.open.append((tag, told.get("class", "").split()))
        self.page.marked += "data-row" in told
        self._link(tag, told)
        for name, kept in (("hx-get", self.page.fragments), ("hx-post", self.page.posts)):
            if told.get(name):
                kept.add(self._address(told[name]))
        if tag == "form" and told.get("method", "get").lower() == "post":
            self.page.posts.add(self._address(told.get("action", "")))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def _link(self, tag: str, told: dict[str, str]) -> None:
        href = told.get("href", "")
        if tag != "a" or not href or href.startswith(("#", "mailto:", "tel:", "data:")):
            return
        address = self._address(href)
        self.page.links.add(address)
        if (number := told.get("data-count", "").replace(",", "")).isdigit():
            self.page.counts.add((address, int(number)))
        if any(name == "tbody" for name, _ in self.open):
            self.page.rows.add(urlsplit(address).path)
        if any("pager" in classes for _, classes in self.open) and "after" in parse_qs(urlsplit(address).query):
            self.page.older = address

    def _address(self, href: str) -> str:
        """Path and query; what leads off this site stays whole, so that it is noticed."""
        parts = urlsplit(urljoin(f"http://testserver{self.url}", href))
        if parts.netloc != "testserver":
            return parts.geturl()
        return f"{parts.path}{'?' if parts.query else ''}{parts.query}"
