"""From ranked candidates to the parts of an answer: an enumeration, the best of each speech, or a few sentences."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from askspeech.asked import Asked
from askspeech.coverage import is_held
from askspeech.datatypes import Citation, Span
from askspeech.markers import marker_at
from askspeech.ranking import Candidate, Ranked
from askspeech.selection import Extract
from askspeech.statements import Token, statement
from askspeech.tokens import bigrams, stop_words

__all__ = ["Chosen", "answer_parts", "to_the_point"]

MOST_SENTENCES = 4
MOST_SPEECHES = 5
_MARGIN = 2.5
"""How far below the best candidate a sentence may score that is taken, too."""
_POINT_MARGIN = 5.0
"""How far below it one may score that has a telling word of a question which leans on another."""
_SPEECH_MARGIN = 3.0
_LEAST_COMPARED = 2
_LONGEST_BARE_HEADING = 25
_LEADING_ON = "？?：:"
_HEADING_ENDS = "。；;，,：: "
_COUNTS = re.compile("[二两三四五六七八九十几\\d](?:个|件|条|项|点|种|类|样|步|大|方面)[^，。；]{0,12}(?:。|：|:)?$")
_GIVES_REASON = re.compile("(?:这?是?因为|由于|原因|其?(?:根本)?原因|道理|主要是|为的是|目的)")
_CONCLUDES = re.compile("(?:因此|所以|因而|为此|于是|可见|这就)")
_ITEM = re.compile(r"(?:^|[：:])(?:[一二三四五六七八九]是|第[一二三四五六]|[一二三四五六]要|（[一二三四五六]）)")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parts to answer with; `enumeration` says that they are the items of one section."""

    extracts: tuple[Extract, ...] = ()
    enumeration: bool = False


def to_the_point(ranked: Sequence[Ranked], question: str, said: Sequence[Citation]) -> list[Ranked]:
    """The candidates for a question that leans on the one before it: those with a telling word of its own.

    Without that, what the two have in common would be answered again. Where such a candidate is not near, it is all of
    them; where the question has no telling word (还有呢？), those that the answer before has not quoted, and the best.
    """
    own = [token for token in statement(question).tokens if _tells(token)]
    if not own:
        places = [(citation.source_id, citation.spans) for citation in said]
        return [one for at, one in enumerate(ranked) if not at or not _quoted(one.candidate, places)]
    having = [one for one in ranked if any(is_held(token, statement(one.candidate.text)) for token in own)]
    return having if having and having[0].score >= ranked[0].score - _POINT_MARGIN else list(ranked)


def _tells(token: Token) -> bool:
    stopped, _ = stop_words()
    return len(token.text) > 1 and token.weight() >= 1 and token.text not in stopped


def _quoted(candidate: Candidate, places: Sequence[tuple[str, tuple[Span, ...]]]) -> bool:
    return any(_overlap(part.place, place) for part in candidate.parts for place in places)


def answer_parts(ranked: Sequence[Ranked], asked: Asked, better: Candidate | None = None) -> Chosen:
    """The parts to answer with, best first; an enumeration in its own order, without the heading above it.

    `better` says the same as the best candidate and stands in its place.
    """
    if not ranked:
        return Chosen()
    if better is not None:
        return Chosen(better.parts)
    if asked.of_speeches:
        return Chosen(tuple(_of_each_speech(ranked, asked.count)))
    if enumeration := _enumeration(ranked, asked.count):
        return Chosen(tuple(_without_heading(enumeration)), enumeration=True)
    chosen = _sentences(ranked)
    return Chosen(tuple(_with_reasons(chosen, ranked) if asked.kind == "reason" else chosen))


def _enumeration(ranked: Sequence[Ranked], count: int | None) -> Candidate | None:
    """The best candidate if it is an enumeration, else the one it introduces, or one near that has it as an item."""
    best = ranked[0].candidate
    if best.items:
        return best
    near = [one.candidate for one in ranked if one.candidate.items and count in (None, one.candidate.items)]
    introduced = (one for one in near if _introduces(best, one))
    if found := next(introduced, None):
        return found
    if not _ITEM.search(best.text):
        return None
    close = {id(one.candidate) for one in ranked if one.score > ranked[0].score - _MARGIN}
    return next((one for one in near if id(one) in close and _holds(one.parts[1:], best)), None)


def _introduces(sentence: Candidate, enumeration: Candidate) -> bool:
    """Whether a sentence is the heading above an enumeration, or says right before it how many items it has."""
    if marker_at(sentence.text) is not None and _holds(enumeration.parts[:1], sentence):
        return True
    return _COUNTS.search(sentence.text) is not None and _holds(_without_heading(enumeration)[:1], sentence)


def _holds(parts: Sequence[Extract], sentence: Candidate) -> bool:
    """Whether a sentence stands in one of the parts of an enumeration."""
    return any(_overlap(sentence.parts[-1].place, part.place) for part in parts)


def _overlap(one: tuple[str, tuple[Span, ...]], other: tuple[str, tuple[Span, ...]]) -> bool:
    """Whether two places of sources have characters in common."""
    (source, spans), (its_source, its_spans) = one, other
    return source == its_source and any(
        start < last and first < end for start, end in spans for first, last in its_spans
    )


def _of_each_speech(ranked: Sequence[Ranked], count: int | None) -> list[Extract]:
    """The best sentence of each speech: of as many as the question says, else of those near the best, two at least."""
    found: dict[str, Extract] = {}
    for one in ranked:
        speech = one.candidate.hit.speech.id
        if one.candidate.items or speech in found:
            continue
        if one.score < ranked[0].score - _SPEECH_MARGIN and len(found) >= _LEAST_COMPARED:
            break
        found[speech] = one.candidate.parts[0]
        if len(found) >= (count or MOST_SPEECHES):
            break
    return list(found.values())


def _without_heading(enumeration: Candidate) -> list[Extract]:
    """The sentence that introduces the items, and the items; the heading of their section stands above them anyway."""
    parts = enumeration.parts
    first = next((at for at, part in enumerate(parts) if at and marker_at(part.text)), 0)
    path = enumeration.hit.passage.heading_path
    if first == 1 and path and parts[0].text.strip(_HEADING_ENDS) == path[-1].strip(_HEADING_ENDS):
        return list(parts[1:])
    return list(parts[max(first - 1, 1) if first > 1 else 0 :])


def _sentences(ranked: Sequence[Ranked]) -> list[Extract]:
    """The sentences near the best; of equal wordings one of each speech, for an answer names all that say it."""
    chosen: list[Extract] = []
    speeches: dict[str, set[str]] = {}
    for one in ranked:
        wording = "".join(bigrams(one.candidate.text))
        if one.score < ranked[0].score - _MARGIN or (wording not in speeches and len(speeches) >= MOST_SENTENCES):
            break
        speech = one.candidate.hit.speech.id
        if one.candidate.items or speech in speeches.get(wording, ()):
            continue
        speeches.setdefault(wording, set()).add(speech)
        chosen += [part for part in _with_follower(one.candidate) if part not in chosen]
    return chosen


def _with_follower(candidate: Candidate) -> list[Extract]:
    """A sentence; a bare heading, a question and what ends with a colon bring the one behind: they say little alone."""
    sentence = candidate.parts[0]
    heading = len(sentence.text) <= _LONGEST_BARE_HEADING and marker_at(sentence.text) is not None
    leads_on = heading or sentence.text[-1] in _LEADING_ON
    return [sentence, candidate.behind] if leads_on and candidate.behind else [sentence]


def _with_reasons(chosen: Sequence[Extract], ranked: Sequence[Ranked]) -> list[Extract]:
    """The sentences, each with the one behind that begins with a reason, or the one before that it concludes from."""
    beside = {one.candidate.parts[0]: one.candidate for one in ranked if not one.candidate.items}
    found = list(chosen)
    for extract in chosen:
        candidate = beside.get(extract)
        if candidate and candidate.behind and _GIVES_REASON.match(candidate.behind.text):
            found.append(candidate.behind)
        if candidate and candidate.before and _CONCLUDES.match(extract.text):
            found.append(candidate.before)
    return list(dict.fromkeys(found))
