"""The page that shows what a source was read as: whole, self-contained, escaped."""

import hashlib
import re
from html import unescape

import pytest

from askspeech.datatypes import Language, Source
from askspeech.inspection_page import inspection_page
from askspeech.readers import source_id
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

TEXT = """在<b>白石县</b>大会上的讲话

同志们：

一、抓好xx件实事。要把&amp;企业<script>alert(1)</script>的事办好，一件一件兑现，不能打折扣。

- 3 -

---此处隐藏120字,下载后查看---

二、管住手脚。不准吃拿卡要。
"""


def _page() -> str:
    source = Source(source_id(TEXT), "<i>讲话</i>.txt", TEXT, hashlib.sha256().hexdigest(), "text", "1", "utf-8")
    return inspection_page(understand(source, IndexSettings()))


def test_the_text_is_escaped_and_nothing_is_lost() -> None:
    body = _page().split('<div class="text">')[1]
    assert "<script>" not in body
    assert "<b>白石县" not in body
    bare = re.sub(r'<span class="speech">.*?</span>|<small>.*?</small>|<[^>]+>', "", body)
    words = "".join(unescape(bare).split())
    for line in TEXT.split("\n"):
        assert "".join(line.split()) in words


def test_drops_blanks_gaps_and_headings_are_marked() -> None:
    page = _page()
    assert 'title="页码 page number"' in page
    assert '<del class="gap" title="隐去部分的标记 hidden part">' in page
    assert '<span class="blank">xx</span>' in page or "blank" in page.split("xx")[0].rsplit("<", 1)[1]
    assert 'class="depth depth1' in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reader_of_one_language_sees_that_one(language: Language) -> None:
    source = Source(source_id(TEXT), "uploads/讲话.txt", TEXT, hashlib.sha256().hexdigest(), "text", "1", "utf-8")
    head, body = inspection_page(understand(source, IndexSettings()), language).split('<div class="text">')
    head = re.sub(r"<style>.*?</style>", "", head, flags=re.DOTALL)
    assert "<h1>讲话.txt</h1>" in head and "uploads" not in head
    words = " ".join(re.findall(r">([^<]+)<", head.partition("</h1>")[2]) + re.findall(r"<small>([^<]+)<", body))
    assert (bool(re.search("[一-鿿]", words)), bool(re.search("[a-z]{3}", words))) == (
        language == "zh",
        language == "en",
    )
    assert "删" not in words and ("略去" in words) == (language == "zh")


def test_the_page_asks_nothing_of_the_network() -> None:
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|<script|<link", _page().split("</style>")[0])
