"""Every sample in every format is understood as its text is, and in traditional characters as in simplified ones."""

import hashlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tests import converting
from tests.alike import assert_alike
from tests.gold import continued_lines

from askspeech.corpus_files import OpenedFile
from askspeech.datatypes import Document, Span, slices
from askspeech.formats.sniffing import recognise
from askspeech.readers import source_of
from askspeech.reading_pool import ReadingPool
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

SAMPLES = Path(__file__).parent / "data" / "samples"
NAMES = sorted(path.name for path in SAMPLES.glob("*.txt"))
HEAD = "江垣省营商环境工作资料"
SCRIPTS: dict[str, Callable[[str], str]] = {
    "traditional": converting.traditional,
    "Taiwan's": converting.taiwanese,
}


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool() as opened:
        yield opened


@cache
def text_of(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


def read(pool: ReadingPool, name: str, data: bytes) -> Document:
    opened = OpenedFile(name, data, hashlib.sha256(data).hexdigest(), recognise(name, data))
    return understand(source_of(opened, pool.read(opened.format, data)), IndexSettings())


@cache
def original(name: str) -> Document:
    with ReadingPool() as pool:
        return read(pool, name, text_of(name).encode())


def document_in(form: str, name: str, pool: ReadingPool) -> Document:
    suffix, made = converting.FORMATS[form]
    return read(pool, Path(name).stem + suffix, made(text_of(name).split("\n")))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", converting.FORMATS)
def test_a_sample_in_another_format_says_the_same(form: str, name: str, pool: ReadingPool) -> None:
    assert_alike(document_in(form, name, pool), original(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_printed_sample_says_the_same(name: str, pool: ReadingPool) -> None:
    data = converting.pdf(text_of(name).split("\n"), head=HEAD, continued=continued_lines(name))
    found = read(pool, Path(name).stem + ".pdf", data)
    assert_alike(found, original(name))
    assert len(found.source.layout.starts) > 1
    assert {drop.reason for drop in found.source.layout.furniture} == {"running head", "page number"}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_in_another_encoding_is_the_same_text(name: str, pool: ReadingPool) -> None:
    for encoding, data in converting.simplified_codes(text_of(name)).items():
        assert read(pool, name, data).source.text.lstrip("\ufeff") == text_of(name), encoding


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_sample_in_traditional_characters_is_understood_alike(script: str, name: str, pool: ReadingPool) -> None:
    """Characters are converted one for one, so whatever is understood stands at the same places."""
    text = SCRIPTS[script](text_of(name))
    found, expected = read(pool, name, text.encode()), original(name)
    assert found.source.text == text
    for one, other in zip(shape(found), shape(expected), strict=True):
        assert one == other
    for speech, counterpart in zip(found.speeches, expected.speeches, strict=True):
        assert speech.title == SCRIPTS[script](counterpart.title)
        # A value to filter by, whatever the text is written in.
        assert speech.values("level") == counterpart.values("level")
    for section, other in zip(found.sections, expected.sections, strict=True):
        assert section.heading == slices(text, section.heading_spans).strip().rstrip("。；;，,：:")
        assert section.heading == SCRIPTS[script](other.heading)


def shape(document: Document) -> list[object]:
    """Where everything stands that was understood."""
    places: dict[str | None, Span] = {section.id: section.span for section in document.sections}
    return [
        *((speech.span, speech.title_spans, speech.characters, speech.blanks) for speech in document.speeches),
        *((fact.name, fact.span) for one in document.speeches for fact in one.facts if fact.name != "level"),
        *((one.span, one.heading_spans, one.number, places.get(one.parent_id)) for one in document.sections),
        *((one.kind, one.spans, one.blanks, one.gaps, one.items) for one in document.passages),
        document.drops,
        document.gaps,
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_in_big5_is_its_traditional_text(name: str, pool: ReadingPool) -> None:
    text = converting.taiwanese(text_of(name))
    found = read(pool, name, text.encode("big5"))
    assert found.source.text == text
    assert len(found.speeches) == len(original(name).speeches)
