"""Speeches understood from texts, as material for made questions, without an index."""

from collections.abc import Mapping

from askspeech.datatypes import Source
from askspeech.made_material import Material, SpokenParts
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

__all__ = ["material_of", "parts_of"]


def parts_of(texts: Mapping[str, str]) -> list[SpokenParts]:
    """Every speech of some files with its outline and passages."""
    documents = [
        understand(Source(file, file, text, "", "text", "1", "utf-8"), IndexSettings()) for file, text in texts.items()
    ]
    return [
        SpokenParts(
            speech,
            tuple(section for section in document.sections if section.speech_id == speech.id),
            tuple(passage for passage in document.passages if passage.speech_id == speech.id),
        )
        for document in documents
        for speech in document.speeches
    ]


def material_of(texts: Mapping[str, str]) -> Material:
    """The same as material."""
    return Material(parts_of(texts), texts)
