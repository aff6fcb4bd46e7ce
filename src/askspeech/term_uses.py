"""Where the speeches of a generation use a term."""

from itertools import groupby

from askspeech.datatypes import Filters, Speech
from askspeech.filtering import kept_speeches
from askspeech.generation import Generation
from askspeech.glance import SpeechUses, TermUses, speech_uses, term_pattern

__all__ = ["term_uses"]


def term_uses(generation: Generation, term: str, filters: Filters | None = None) -> TermUses:
    """The uses of a term in the speeches that pass the filters; raises QuestionError for what is no term."""
    pattern = term_pattern(term)
    known = generation.speeches.values()
    kept = kept_speeches(known, filters)
    searched = sorted(known if kept is None else kept, key=lambda speech: (speech.file, speech.source_id, speech.span))
    found: list[SpeechUses] = []
    for source_id, speeches in groupby(searched, _source_id):
        source, drops = generation.catalog.source(source_id), generation.catalog.drops(source_id)
        found += [uses for one in speeches if (uses := speech_uses(pattern, one, source, drops)).places]
    found.sort(key=lambda uses: -uses.count)
    return TermUses(term, tuple(found), tuple(searched))


def _source_id(speech: Speech) -> str:
    return speech.source_id
