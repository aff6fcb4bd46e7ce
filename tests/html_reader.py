"""Reading HTML back: what a page shows, and whether there is any markup in it that is not ours."""

import json
import re
from html.parser import HTMLParser

import pytest

ALLOWED = {
    "article": {"class"},
    "button": {"type", "class", "title", "value", "aria-current"},
    "code": set(),
    "dd": set(),
    "details": {"class"},
    "div": {"class", "tabindex", "role", "aria-label"},
    "dl": {"class"},
    "dt": set(),
    "h2": {"class", "title"},
    "h3": set(),
    "li": set(),
    "mark": {"class", "title", "data-numbers"},
    "ol": set(),
    "p": {"class", "id", "data-line"},
    "pre": set(),
    "section": {"class"},
    "span": {"class", "title", "id"},
    "strong": set(),
    "summary": set(),
    "table": {"class"},
    "tbody": set(),
    "td": set(),
    "th": set(),
    "tr": set(),
    "ul": set(),
}
VOID = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


class Reader(HTMLParser):
    """Reads HTML as a browser would, and fails at any element or attribute that is not ours."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.texts: list[str] = []
        self.places: list[dict[str, object]] = []
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= ALLOWED[tag]
        self.open.append(tag)
        jump = any(name == "class" and "as-jump" in (value or "").split() for name, value in attrs)
        self.places += [json.loads(value or "") for name, value in attrs if name == "value" and not jump]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        pytest.fail(f"an instruction: {data}")

    @property
    def text(self) -> str:
        return "".join(self.texts)


def as_shown(text: str) -> str:
    """Text as a page can show it: control characters have no form, all line breaks are one."""
    return VOID.sub("\ufffd", re.sub("\r\n|[\r\u0085\u2028\u2029]", "\n", text))
