"""Filters: which speeches they keep. Pure functions over speeches and their facts."""

from collections.abc import Iterable

from askspeech.datatypes import Filters, Speech

__all__ = ["kept_speeches"]


def kept_speeches(speeches: Iterable[Speech], filters: Filters | None) -> list[Speech] | None:
    """The speeches that pass, in order; None where nothing is filtered."""
    if not filters:
        return None
    return [speech for speech in speeches if _passes(speech, filters)]


def _passes(speech: Speech, filters: Filters) -> bool:
    named = not filters.speech or any(wanted == speech.id or wanted in speech.title for wanted in filters.speech)
    filed = not filters.file or speech.file in filters.file
    facts = all(
        not wanted or set(wanted) & set(speech.values(name))
        for name, wanted in (
            ("level", filters.level),
            ("place", filters.place),
            ("year", filters.year),
            ("kind", filters.kind),
        )
    )
    return named and filed and facts
