"""Speeches left out of a document: the others untouched, and kept slices and drops still tile the source."""

import pytest

from askspeech.cleaning_rules import default_rules
from askspeech.datatypes import Document, Source, Span
from askspeech.leaving_out import EXCLUDED, excluded_spans, without_speeches
from askspeech.readers import source_id
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

PLACES = ("青禾", "云陵", "柳溪")


def speech(place: str) -> str:
    words = f"{place}县的窗口服务要再上一个台阶，企业的事要一件一件办好，拖欠的账款要一笔一笔清。" * 6
    gap = "\n---此处隐藏4525字,下载后查看---\n" if place == "云陵" else ""
    head = f"在{place}县优化营商环境会议上的讲话\n\n同志们："
    return f"{head}\n\n一、提高认识。{words}\n{gap}\n二、抓好落实。{words}\n\n谢谢大家！"


@pytest.fixture(scope="module")
def compilation() -> Document:
    text = "\n\n".join(map(speech, PLACES))
    source = Source(source_id(text), "合集.txt", text, "", "text", "2", "utf-8")
    document = understand(source, IndexSettings(), default_rules())
    assert [speech.title for speech in document.speeches] == [f"在{one}县优化营商环境会议上的讲话" for one in PLACES]
    assert document.gaps
    return document


def dropped(document: Document) -> list[int]:
    """How often each character is dropped; what is not dropped is kept."""
    counts = [0] * len(document.source.text)
    for at in (at for drop in document.drops for at in range(*drop.span)):
        counts[at] += 1
    return counts


def read(document: Document) -> set[int]:
    """The characters that passages read."""
    return {at for passage in document.passages for span in passage.spans for at in range(*span)}


@pytest.mark.parametrize("number", range(3))
def test_the_others_are_untouched_and_all_tiles(compilation: Document, number: int) -> None:
    gone = compilation.speeches[number]
    rest = without_speeches(compilation, [gone.span])
    others = [speech for speech in compilation.speeches if speech != gone]
    assert list(rest.speeches) == others
    for parts, all_parts in ((rest.sections, compilation.sections), (rest.passages, compilation.passages)):
        assert list(parts) == [part for part in all_parts if part.speech_id != gone.id]
    before, start, end = dropped(compilation), *gone.span
    assert dropped(rest) == [*before[:start], *[1] * (end - start), *before[end:]]
    assert read(rest) == {at for at in read(compilation) if not start <= at < end}
    assert all(not count for at, count in enumerate(dropped(rest)) if at in read(rest))
    assert excluded_spans(rest.drops) == (gone.span,)
    assert [drop for drop in rest.drops if drop.reason != EXCLUDED] == [
        drop for drop in compilation.drops if not gone.span.start <= drop.span.start < gone.span.end
    ]
    assert all(not gone.span.start <= gap.span.start < gone.span.end for gap in rest.gaps)


def test_all_may_go_and_nothing_may(compilation: Document) -> None:
    bare = without_speeches(compilation, [speech.span for speech in compilation.speeches])
    assert (bare.speeches, bare.sections, bare.passages) == ((), (), ())
    assert without_speeches(compilation, []) is compilation


def test_a_speech_is_meant_by_most_of_its_span(compilation: Document) -> None:
    first, second, _ = (speech.span for speech in compilation.speeches)
    near = Span(first.start, first.end - 20)
    assert len(without_speeches(compilation, [near]).speeches) == 2
    assert without_speeches(compilation, [Span(first.end - 20, second.start + 20)]) is compilation
    assert without_speeches(compilation, [Span(first.start, second.end + 9999)]) is compilation
