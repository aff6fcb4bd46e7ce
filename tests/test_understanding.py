"""A source understood: what must hold of every text whatever, and a few texts on which it can be read off."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from tests.strategies import any_texts

from askspeech.datatypes import Document, Section, Source, Span, slices
from askspeech.readers import source_id
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

SETTINGS = IndexSettings()


def understood(text: str) -> Document:
    source = Source(source_id(text), "云陵/讲话.txt", text, "", "text", "1", "utf-8")
    return understand(source, SETTINGS)


def positions(spans: Iterable[Span]) -> list[int]:
    return [at for start, end in spans for at in range(start, end)]


def kept(document: Document) -> list[Span]:
    """The stretches between the drops."""
    edges = [0, *(edge for drop in document.drops for edge in drop.span), len(document.source.text)]
    return [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


@given(any_texts())
def test_slices_and_drops_tile_the_source(text: str) -> None:
    document = understood(text)
    at = 0
    for drop in document.drops:
        assert drop.reason
        assert at <= drop.span.start < drop.span.end <= len(text)
        at = drop.span.end
    for span in kept(document):
        assert any(speech.span.start <= span.start and span.end <= speech.span.end for speech in document.speeches)


@given(any_texts())
def test_every_kept_character_of_a_speech_is_its_title_or_in_a_passage(text: str) -> None:
    document = understood(text)
    shown = {at for passage in document.passages for at in positions(passage.spans)}
    shown |= {at for speech in document.speeches for at in positions(speech.title_spans)}
    missing = [at for at in positions(kept(document)) if at not in shown and not text[at].isspace()]
    assert missing == []


@given(any_texts())
def test_passages_are_slices_of_one_speech(text: str) -> None:
    document = understood(text)
    speeches = {speech.id: speech for speech in document.speeches}
    kept_positions = set(positions(kept(document)))
    assert len({passage.id for passage in document.passages}) == len(document.passages)
    for passage in document.passages:
        assert passage.text == slices(text, passage.spans)
        assert passage.text.strip()
        assert all(first.end < second.start for first, second in pairwise(passage.spans))
        assert all(start < end for start, end in passage.spans)
        assert kept_positions.issuperset(positions(passage.spans))
        speech = speeches[passage.speech_id]
        assert speech.span.start <= passage.spans[0].start
        assert passage.spans[-1].end <= speech.span.end
        for blank in passage.blanks:
            assert any(start <= blank.span.start < blank.span.end <= end for start, end in passage.spans)
        if passage.kind == "text":
            assert len(passage.text) <= SETTINGS.passage_maximum


@given(any_texts())
def test_text_passages_hold_a_section_whole_or_not_at_all_or_lie_in_it(text: str) -> None:
    document = understood(text)
    kept_positions = set(positions(kept(document)))
    for passage in document.passages:
        if passage.kind == "outline":
            continue
        held = set(positions(passage.spans))
        for section in document.sections:
            inside = kept_positions.intersection(positions([section.span]))
            assert inside <= held or not inside & held or held <= inside, (passage.text, section.heading)


@given(any_texts())
def test_passages_name_the_sections_that_they_lie_in(text: str) -> None:
    document = understood(text)
    sections = {section.id: section for section in document.sections}
    for passage in document.passages:
        path: list[Section] = []
        section = sections.get(passage.section_id or "")
        while section is not None:
            assert section.span.start <= passage.spans[0].start
            assert passage.spans[-1].end <= section.span.end + 2
            path.insert(0, section)
            section = sections.get(section.parent_id or "")
        assert passage.heading_path == tuple(section.heading for section in path)


@given(any_texts())
def test_sections_are_a_tree(text: str) -> None:
    document = understood(text)
    spans = {speech.id: speech.span for speech in document.speeches}
    spans |= {section.id: section.span for section in document.sections}
    assert len(spans) == len(document.speeches) + len(document.sections)
    last_end: dict[str, int] = {}
    for section in document.sections:
        parent = section.parent_id or section.speech_id
        assert spans[parent].start <= section.span.start < section.span.end <= spans[parent].end
        assert last_end.get(parent, 0) <= section.span.start
        last_end[parent] = section.span.end
        heading = slices(text, section.heading_spans)
        assert section.heading
        assert heading.strip().startswith(section.heading)
        assert section.heading.startswith(section.marker.rstrip("。；;，,：:"))
        assert section.span.start == section.heading_spans[0].start
        assert section.heading_spans[-1].end <= section.span.end


@given(any_texts())
def test_speeches_are_apart_and_their_titles_slice_back(text: str) -> None:
    document = understood(text)
    assert all(first.span.end <= second.span.start for first, second in pairwise(document.speeches))
    for speech in document.speeches:
        assert speech.title
        assert speech.title_derived or " ".join(slices(text, speech.title_spans).split()).strip("《》") == speech.title
        for fact in speech.facts:
            assert fact.value
            assert fact.span is None or speech.span.start <= fact.span.start < fact.span.end <= speech.span.end
            assert (fact.span is not None) == (fact.origin == "text")


@given(any_texts())
def test_same_text_gives_equal_documents(text: str) -> None:
    assert understood(text) == understood(text)


def test_hash_seeds_do_not_matter(samples: Path) -> None:
    program = (
        "import hashlib, sys; from pathlib import Path; from askspeech.corpus_files import find_files; "
        "from askspeech.readers import read_source; "
        "from askspeech.settings import IndexSettings; from askspeech.understanding import understand; "
        "files = find_files([Path(sys.argv[1])]); "
        "made = [understand(read_source(file), IndexSettings()) for file in files]; "
        "print(hashlib.sha256(repr(made).encode()).hexdigest())"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(samples)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


SENTENCE = "青禾县的每一个窗口都要把企业的事一件一件办好办到底。"
TWO_SPEECHES = f"""在青禾县优化营商环境大会上的讲话

同志们：

一、清理欠款
一是摸清底数。{SENTENCE * 3}
二是限时清偿。{SENTENCE * 3}
二、优化服务
{SENTENCE * 3}
谢谢大家！
---此处隐藏42字,下载后查看---

在云陵市企业家座谈会上的讲话

各位企业家：

税收xx亿元。{SENTENCE * 3}
……下载后查看全文……
{SENTENCE * 3}
谢谢大家！
"""


def test_a_passage_knows_its_speech_and_its_headings() -> None:
    document = understood(TWO_SPEECHES)
    assert [speech.title for speech in document.speeches] == [
        "在青禾县优化营商环境大会上的讲话",
        "在云陵市企业家座谈会上的讲话",
    ]
    paths = {passage.text[:7]: passage.heading_path for passage in document.passages if passage.kind == "text"}
    assert paths["二、优化服务\n"] == ("二、优化服务",)
    outlines = ["".join(passage.text.split()) for passage in document.passages if passage.kind == "outline"]
    assert f"一、清理欠款一是摸清底数。{SENTENCE}二是限时清偿。{SENTENCE}" in outlines
    assert {passage.items for passage in document.passages if passage.kind == "outline"} == {2}
    assert {passage.items for passage in document.passages if passage.kind == "text"} == {0}


def test_a_part_missing_between_two_speeches_is_missing_from_the_first() -> None:
    document = understood(TWO_SPEECHES)
    first, second = document.speeches
    gaps = {
        speech.id: {gap for passage in document.passages if passage.speech_id == speech.id for gap in passage.gaps}
        for speech in document.speeches
    }
    assert [gap.characters for gap in gaps[first.id]] == [42]
    assert [gap.characters for gap in gaps[second.id]] == [None]
    assert {*gaps[first.id], *gaps[second.id]} == set(document.gaps)


def test_blanks_are_those_of_the_source() -> None:
    document = understood(TWO_SPEECHES)
    blanks = {blank for passage in document.passages for blank in passage.blanks}
    assert [(TWO_SPEECHES[slice(*blank.span)], blank.kind) for blank in blanks] == [("xx", "number")]


LINES = 40_000
LONG = 2_000_000
FEWER = 10_000


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SENTENCE * (LONG // len(SENTENCE)), id="2 MB in one line"),
        pytest.param(
            "\n".join(f"第{number}家企业来到青禾县把窗口的事情办好{number}" for number in range(LINES)),
            id="short lines",
        ),
        pytest.param("\n".join(["一、清理欠款。", "二、优化服务。"] * FEWER), id="headings"),
        pytest.param("\n".join(["同志们：", "谢谢大家！"] * FEWER), id="salutations"),
        pytest.param("\n".join(["---此处隐藏42字---", SENTENCE] * FEWER), id="hidden parts"),
        pytest.param("开头。" + "一是摸底。二是清偿。" * FEWER, id="a list again and again in one line"),
        pytest.param("开头，" + "①摸底，②清偿，" * FEWER, id="items without a full stop"),
        pytest.param("a" + " " * LONG + "b", id="spaces"),
        pytest.param("青禾" + " " * (LONG // 2) + "1" + "。" * (LONG // 2) + "县", id="spaces, a digit, full stops"),
        pytest.param("“青禾，一是" * (LONG // 20), id="quotations without end"),
    ],
)
def test_the_cost_grows_with_the_length_alone(text: str) -> None:
    """Where it grows with the square, any of these takes minutes."""
    began = time.monotonic()
    understood(text)
    assert time.monotonic() - began < 30


def test_the_last_item_of_a_speech_leaves_the_line_break_before_the_next_one() -> None:
    text = (
        "在白石县大会上的讲话\n同志们：\n要办好窗口。一是要把材料减下来。二是要把时限压下来。\n"
        "在白石镇座谈会上的发言\n同志们：\n要把路修好。\n"
    )
    document = understood(text)
    first, second = document.speeches
    for passage in document.passages:
        if passage.speech_id == first.id:
            assert passage.spans[-1].end <= first.span.end <= second.span.start
