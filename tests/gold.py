"""The hand-written gold of the samples, and what `understand` says of them, both as sets of comparable claims.

A claim is a tuple that begins with the file and, where it lies in a speech, the number of the speech. Precision and
recall are counted over claims, so that one claim is one thing that a reader would call right or wrong.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.reading import understood

from askspeech.datatypes import Document, Section, Speech

__all__ = ["ASPECTS", "SAMPLES", "Claim", "GoldFile", "continued_lines", "found_claims", "gold_claims", "read_gold"]

SAMPLES = Path(__file__).parent / "data" / "samples"
GOLD = Path(__file__).parent / "data" / "samples.gold.jsonl"
ASPECTS = ("speeches", "headings", "sections", "blanks", "kinds of blanks", "gaps", "dropped", "facts", "joined")
FACTS = ("level", "kind", "place", "year", "office", "addressed")

Claim = tuple[str, ...]
Claims = dict[str, set[Claim]]

_SPACE = re.compile(r"\s+")
_CLOSING = "。；;：:？?，,、"
_AROUND_MARKER = "，,、.．：: 是"
_PARENT_CHARACTERS = 6
_EDGE_CHARACTERS = 15
_GROUPS = {
    "watermark": "repeated line",
    "running header": "repeated line",
    "running footer": "repeated line",
    "advertisement": "not the speaker's",
    "disclaimer": "not the speaker's",
    "editor's note": "not the speaker's",
    "site line": "not the speaker's",
    "outside the speeches": "not the speaker's",
    "stray markdown": "stray markdown",
}
"""Reasons that a careful reader may well confuse count as one; any other reason is a group of its own."""


@dataclass(frozen=True, slots=True)
class GoldFile:
    """One line of the gold: a sample's text and what a careful reader says of it."""

    file: str
    text: str
    row: Mapping[str, Any]


def read_gold(samples: Path) -> list[GoldFile]:
    """The gold of every sample, beside the sample's canonical text."""
    rows = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    return [GoldFile(row["file"], understood(samples / row["file"]).source.text, row) for row in rows]


def gold_claims(gold: GoldFile) -> Claims:
    """What the gold says, by aspect; raises ValueError where the gold quotes what the text does not hold."""
    claims: Claims = {aspect: set() for aspect in ASPECTS}
    for number, speech in enumerate(gold.row["speeches"]):
        place = (gold.file, f"speech {number + 1}")
        title = _squeezed(speech["title"]) if speech["title"] else "(no title)"
        claims["speeches"].add((*place, title, speech["first"], speech["last"]))
        claims["headings"] |= {(*place, *claim[:2]) for claim in _gold_sections(speech["sections"])}
        claims["sections"] |= {(*place, *claim) for claim in _gold_sections(speech["sections"])}
        claims["facts"] |= {(*place, *fact) for fact in _gold_facts(speech["facts"])}
    for blank in gold.row["blanks"]:
        at = _only(gold.text, blank["before"] + blank["text"] + blank["after"]) + len(blank["before"])
        claims["blanks"].add(_place(gold, at, at + len(blank["text"])))
        claims["kinds of blanks"].add((*_place(gold, at, at + len(blank["text"])), blank["kind"]))
    claims["gaps"] = {(gold.file, gap["text"], str(gap["characters"])) for gap in gold.row["gaps"]}
    claims["dropped"] = {(*_place(gold, *span), group) for span, group in _gold_drops(gold)}
    claims["joined"] = {(gold.file, _join(gold.text, *_break(gold.text, join))) for join in gold.row["joined"]}
    return claims


def found_claims(gold: GoldFile, samples: Path) -> Claims:
    """What `understand` says of the same file, by aspect.

    A speech claims the title, beginning and end of the gold where it agrees with them, else its own.
    """
    document = understood(samples / gold.file)
    claims: Claims = {aspect: set() for aspect in ASPECTS}
    for number, speech in enumerate(document.speeches):
        place = (gold.file, f"speech {number + 1}")
        expected = gold.row["speeches"][number] if number < len(gold.row["speeches"]) else None
        claims["speeches"].add((*place, *_speech_claim(document, speech, expected)))
        sections = list(_sections([section for section in document.sections if section.speech_id == speech.id]))
        claims["headings"] |= {(*place, *claim[:2]) for claim in sections}
        claims["sections"] |= {(*place, *claim) for claim in sections}
        claims["facts"] |= {(*place, *_fact(fact.name, fact.value)) for fact in speech.facts if fact.name in FACTS}
    for passage in document.passages:
        for blank in passage.blanks:
            claims["blanks"].add(_place(gold, *blank.span))
            claims["kinds of blanks"].add((*_place(gold, *blank.span), blank.kind))
    claims["gaps"] = {
        (gold.file, gold.text[gap.span.start : gap.span.end].strip(), str(gap.characters)) for gap in document.gaps
    }
    claims["dropped"] = {(*_place(gold, *span), group) for span, group in _drops(document)}
    claims["joined"] = {(gold.file, _join(gold.text, a, b)) for a, b in _joins(document)}
    return claims


def continued_lines(name: str) -> set[int]:
    """The numbers, from 0, of a sample's lines that go on from one before."""
    rows = (json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines())
    row = next(row for row in rows if row["file"] == name)
    text = (SAMPLES / name).read_text(encoding="utf-8")
    return {text.count("\n", 0, _break(text, join)[1]) for join in row["joined"]}


def _squeezed(text: str) -> str:
    return _SPACE.sub("", text)


def _only(text: str, quote: str) -> int:
    if text.count(quote) != 1:
        raise ValueError(f"{quote!r} stands {text.count(quote)} times in the text. Quote what stands there once.")
    return text.index(quote)


def _place(gold: GoldFile, start: int, end: int) -> Claim:
    """A stretch of the text, told apart by where it starts and readable by what is around it."""
    around = gold.text[max(0, start - 6) : start] + "[" + gold.text[start:end] + "]" + gold.text[end : end + 6]
    return gold.file, str(start), around.replace("\n", "⏎")


def _section_claim(marker: str, full: str, depth: int, parent: str) -> Claim:
    return marker.strip(_AROUND_MARKER), full, f"depth {depth}", f"under {parent[:_PARENT_CHARACTERS] or '-'}"


def _gold_sections(sections: Sequence[Mapping[str, Any]]) -> Iterator[Claim]:
    headings = [_heading(section["marker"] + section["heading"]) for section in sections]
    for section, heading in zip(sections, headings, strict=True):
        parent = headings[section["parent"]] if section["parent"] is not None else ""
        yield _section_claim(section["marker"], heading, section["depth"], parent)


def _sections(sections: Sequence[Section]) -> Iterator[Claim]:
    by_id = {section.id: section for section in sections}
    for section in sections:
        depth, above = 1, section.parent_id
        while above is not None:
            depth, above = depth + 1, by_id[above].parent_id
        parent = _heading(by_id[section.parent_id].heading) if section.parent_id else ""
        yield _section_claim(section.marker, _heading(section.heading), depth, parent)


def _heading(text: str) -> str:
    return _squeezed(text).rstrip(_CLOSING)


def _gold_facts(facts: Mapping[str, Any]) -> Iterator[Claim]:
    for name, value in facts.items():
        yield from (_fact(name, part) for part in (value if isinstance(value, list) else [value]))


def _fact(name: str, value: str) -> Claim:
    return name, _squeezed(value).rstrip(_CLOSING)


def _gold_drops(gold: GoldFile) -> Iterator[tuple[tuple[int, int], str]]:
    at = 0
    for drop in gold.row["dropped"]:
        start = gold.text.index(drop["text"], at)
        at = start + len(drop["text"])
        yield (start, at), _group(drop["reason"])


def _drops(document: Document) -> Iterator[tuple[tuple[int, int], str]]:
    """The drops that hold more than white space, edges of white space cut off; a gap is counted as a gap."""
    gaps = {gap.span for gap in document.gaps}
    for drop in document.drops:
        text = document.source.text[drop.span.start : drop.span.end]
        if text.strip() and drop.span not in gaps:
            start = drop.span.start + len(text) - len(text.lstrip())
            yield (start, start + len(text.strip())), _group(drop.reason)


def _group(reason: str) -> str:
    return _GROUPS.get(reason.lower(), reason.lower())


def _speech_claim(document: Document, speech: Speech, expected: Mapping[str, Any] | None) -> Claim:
    kept = [at for at in _kept(document) if speech.span.start <= at < speech.span.end]
    text = "".join(document.source.text[at] for at in kept)
    title = "(no title)" if speech.title_derived else _squeezed(speech.title)
    first, last = text[:_EDGE_CHARACTERS], text[-_EDGE_CHARACTERS:]
    if expected and text.startswith(expected["first"]):
        first = expected["first"]
    if expected and text.endswith(expected["last"]):
        last = expected["last"]
    return title, first, last


def _kept(document: Document) -> list[int]:
    """The positions of the characters, white space aside, that are in no drop."""
    dropped = {at for drop in document.drops for at in range(*drop.span)}
    return [at for at, char in enumerate(document.source.text) if at not in dropped and not char.isspace()]


def _joins(document: Document) -> Iterator[tuple[int, int]]:
    """The neighbouring characters of one speech between which every line break has been dropped."""
    text = document.source.text
    dropped = {at for drop in document.drops for at in range(*drop.span)}
    spans = [speech.span for speech in document.speeches]
    for before, after in pairwise(_kept(document)):
        breaks = [at for at in range(before + 1, after) if text[at] == "\n"]
        together = any(start <= before and after < end for start, end in spans)
        if together and breaks and all(at in dropped for at in breaks):
            yield before, after


def _break(text: str, join: Mapping[str, str]) -> tuple[int, int]:
    """The last character before a page break and the first one after it, the page's number or watermark left out."""
    before = _only(text, join["before"]) + len(join["before"]) - 1
    return before, text.index(join["after"], before + 1)


def _join(text: str, before: int, after: int) -> str:
    return f"{text[max(0, before - 5) : before + 1]}|{text[after : after + 6]}".replace("\n", "⏎")
