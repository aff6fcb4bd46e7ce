"""Made-up documents in Chinese-looking text, with embeddings, and whole generations of them, for tests of the store."""

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askspeech.catalog import CATALOG, Catalog, Embedding
from askspeech.datatypes import (
    Blank,
    Document,
    Drop,
    Fact,
    Gap,
    Passage,
    Section,
    Source,
    Span,
    Speech,
    slices,
)
from askspeech.keywords import KEYWORDS, KeywordIndex
from askspeech.manifest import EmbedderRecord, Manifest, hashes
from askspeech.tokens import FIELDS, field_tokens
from askspeech.vectors import VECTORS, VectorIndex

DIMENSION = 32
EMBEDDER = EmbedderRecord("made-up", "fingerprint-of-the-made-up-embedder", DIMENSION)

_CHARACTERS = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 1500))
_SENTENCE = 24


def identity(*parts: object) -> str:
    """An id of 32 hexadecimal digits that depends on nothing but its parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


def sentence(chance: random.Random, length: int = _SENTENCE) -> str:
    """Made-up words that end with a full stop."""
    return "".join(chance.choices(_CHARACTERS, k=length - 1)) + "。"


def document(seed: int, *, speeches: int = 2, passages: int = 4) -> Document:
    """A source of several speeches, each with one section and passages of two slices, a drop between all slices."""
    chance = random.Random(seed)
    text, spans = "", []
    for _ in range(speeches * max(passages, 1) * 2):
        spans.append(Span(len(text), len(text) + _SENTENCE))
        text += f"{sentence(chance)}\n\n"
    file = f"讲话/{seed:04}.txt"
    source = Source(identity(text), file, text, identity(text, "bytes"), "text", "1", "utf-8", (f"抄件/{seed}.txt",))
    each = len(spans) // speeches
    made = [_speech(source, number, spans[number * each : (number + 1) * each]) for number in range(speeches)]
    return Document(
        source=source,
        drops=tuple(Drop(Span(span.end, span.end + 2), "line break") for span in spans),
        gaps=(Gap(Span(spans[0].end, spans[0].end + 2), 4525), Gap(Span(spans[1].end, spans[1].end))),
        speeches=tuple(speech for speech, _, _ in made),
        sections=tuple(section for _, section, _ in made),
        passages=tuple(passage for _, _, part in made for passage in part if passages),
    )


def documents(count: int, *, speeches: int = 2, passages: int = 4) -> list[Document]:
    """That many different documents, always the same ones."""
    return [document(seed, speeches=speeches, passages=passages) for seed in range(count)]


def _speech(source: Source, number: int, spans: Sequence[Span]) -> tuple[Speech, Section, list[Passage]]:
    whole = Span(spans[0].start, spans[-1].end)
    title = slices(source.text, spans[:1])
    facts = (
        Fact("place", source.text[whole.start : whole.start + 2], "text", Span(whole.start, whole.start + 2)),
        Fact("year", "2023", "file_name", None, "2023年"),
    )
    titles = tuple(spans[:1]) if number == 0 else ()
    speech_id = identity(source.id, "speech", number)
    speech = Speech(speech_id, source.id, source.file, title, whole, titles, facts, len(spans) * _SENTENCE)
    section_id = identity(speech_id, "section")
    section = Section(section_id, speech_id, None, "一、", 1, title, tuple(spans[:1]), whole)
    pairs = [tuple(spans[at : at + 2]) for at in range(0, len(spans), 2)]
    return speech, section, [_passage(source, section, pair, order) for order, pair in enumerate(pairs)]


def _passage(source: Source, section: Section, spans: tuple[Span, ...], order: int) -> Passage:
    return Passage(
        id=identity(section.id, spans),
        source_id=source.id,
        speech_id=section.speech_id,
        section_id=section.id if order else None,
        file=source.file,
        kind="text" if order else "outline",
        text=slices(source.text, spans),
        spans=spans,
        heading_path=(section.heading,),
        blanks=(Blank(Span(spans[0].start, spans[0].start + 2), "number"),),
        gaps=(Gap(Span(spans[0].end, spans[0].end), None),),
    )


def retold(made: Document, name: str) -> Document:
    """The same words in another file: equal texts, other ids."""
    ids = {old: identity(old, name) for old in _ids(made)}
    file = f"{name}.txt"

    def renamed(part: Any) -> Any:
        owners = ("id", "source_id", "speech_id", "section_id")
        new = {owner: ids.get(getattr(part, owner)) for owner in owners if hasattr(part, owner)}
        return replace(part, **new, **({"file": file} if hasattr(part, "file") else {}))

    return replace(
        made,
        source=replace(made.source, id=ids[made.source.id], file=file),
        speeches=tuple(map(renamed, made.speeches)),
        sections=tuple(map(renamed, made.sections)),
        passages=tuple(map(renamed, made.passages)),
    )


def _ids(made: Document) -> list[str]:
    parts: tuple[Speech | Section | Passage, ...] = (*made.speeches, *made.sections, *made.passages)
    return [made.source.id, *(part.id for part in parts)]


def silenced(passage: Passage) -> Passage:
    """The passage with other words."""
    return replace(passage, text="嗯" * 9)


def keys(made: Document) -> list[str]:
    """The embedding keys of a document's passages: equal texts share one."""
    return [identity("key", passage.text) for passage in made.passages]


def embedding(text: str) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    """Token ids and a vector of length 1 that depend on nothing but the text."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    vector = np.random.default_rng(seed).normal(size=DIMENSION)
    tokens = np.array([ord(character) % 60000 for character in text], dtype=np.uint16)
    return tokens, (vector / np.linalg.norm(vector)).astype(np.float32)


def embeddings(made: Document) -> list[Embedding]:
    """The embeddings of a document's passages, by key."""
    return [(key, *embedding(passage.text)) for key, passage in zip(keys(made), made.passages, strict=True)]


def write_catalog(path: Path, made: Sequence[Document], groups: Sequence[Sequence[str]] = ()) -> None:
    """A finished catalogue of the documents."""
    with Catalog.create(path) as catalog:
        for one in made:
            catalog.add(one, keys(one))
            catalog.add_embeddings(embeddings(one))
        catalog.add_copies(groups)
        catalog.commit()


def write_generation(
    folder: Path, made: Sequence[Document], step: Callable[[str], None] = lambda name: None
) -> Manifest:
    """A finished generation of the documents in an empty folder; `step` is told what has just been done."""
    write_catalog(folder / CATALOG, made)
    step("catalogue")
    with Catalog.open(folder / CATALOG) as catalog:
        with VectorIndex.create(folder / VECTORS, DIMENSION) as vectors:
            for page in catalog.vector_pages():
                vectors.add(page.ids, page.vectors, page.speech_ids)
        step("vectors")
        with KeywordIndex.create(folder / KEYWORDS, FIELDS) as keywords:
            for one in made:
                for passage in one.passages:
                    keywords.add(passage.id, passage.speech_id, field_tokens(passage.text, "标题", "某市"))
            keywords.commit()
        step("keywords")
        manifest = Manifest(("讲话",), catalog.counts(), EMBEDDER, hashes(catalog, EMBEDDER), {"passage_maximum": 350})
    manifest.write(folder)
    step("manifest")
    return manifest
