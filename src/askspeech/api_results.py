"""What the REST interface sends, made of what askspeech finds. Pure."""

from collections.abc import Iterable
from typing import Any

from askspeech.api_models import (
    AnswerResponse,
    CitationGiven,
    FiltersUsed,
    HitFound,
    PartMarked,
    Place,
    SearchResponse,
    SectionFound,
    SentenceGiven,
    SpeechFound,
    SpeechResponse,
    TextResponse,
    UsageCounted,
)
from askspeech.bilingual import public
from askspeech.citing import locate
from askspeech.datatypes import Answer, Hit, Locator, SearchResult, Source, Span, Speech
from askspeech.marks import unmistakable
from askspeech.whole_speech import WholeSpeech

__all__ = [
    "answer_response",
    "found_hits",
    "found_speeches",
    "search_response",
    "speech_response",
    "text_response",
]


def found_hits(hits: Iterable[tuple[Hit, Locator]]) -> list[HitFound]:
    """Hits with their places, ranked from 1."""
    return [_found_hit(rank, hit, place) for rank, (hit, place) in enumerate(hits, 1)]


def _found_hit(rank: int, hit: Hit, place: Locator) -> HitFound:
    passage = hit.passage
    return HitFound(
        rank=rank,
        score=hit.score,
        text=passage.text,
        kind=passage.kind,
        spans=[list(span) for span in passage.spans],
        added=[list(span) for span in hit.added],
        locator=_place(place),
        heading_path=list(passage.heading_path),
        file=passage.file,
        source_id=passage.source_id,
        passage_id=passage.id,
        speech_id=hit.speech.id,
        speech_title=hit.speech.title,
        found_by=list(hit.found_by),
        copies=list(hit.copies),
    )


def search_response(question: str, result: SearchResult, hits: list[HitFound], generation: str) -> SearchResponse:
    """What a search found, with its hits as they are sent."""
    return SearchResponse(question=question, **_searched(result), hits=hits, generation=generation)


def answer_response(answer: Answer, nearest: list[HitFound], generation: str) -> AnswerResponse:
    """An answer, with the passages near the question as they are sent."""
    searched = _searched(answer.search) | {"notices": list(map(public, answer.notices))}
    return AnswerResponse(
        question=answer.question,
        text=unmistakable(answer),
        outcome=answer.outcome,
        refused=answer.refused,
        language=answer.language,
        sentences=[SentenceGiven.model_validate(sentence) for sentence in answer.sentences],
        citations=[CitationGiven.model_validate(citation) for citation in answer.citations],
        nearest=nearest,
        removed=list(answer.removed),
        usage=UsageCounted.model_validate(answer.usage),
        generation=generation,
        **searched,
    )


def _searched(result: SearchResult) -> dict[str, Any]:
    return {
        "search_question": result.search_question,
        "kind": result.kind,
        "filters": FiltersUsed.model_validate(result.filters),
        "notices": list(map(public, result.notices)),
    }


def found_speeches(speeches: Iterable[Speech]) -> list[SpeechFound]:
    """Speeches as they are listed."""
    return [SpeechFound.model_validate(speech) for speech in speeches]


def speech_response(whole: WholeSpeech, generation: str) -> SpeechResponse:
    """A speech with its outline."""
    speech = whole.speech
    return SpeechResponse(
        **SpeechFound.model_validate(speech).model_dump(),
        outline=[SectionFound.model_validate(section) for section in whole.sections],
        blanks=[PartMarked(span=list(blank.span), why=blank.kind) for blank in speech.blanks],
        gaps=[PartMarked(span=list(gap.span), why=_missing(gap.characters)) for gap in speech.gaps],
        left_out=[PartMarked(span=list(drop.span), why=drop.reason) for drop in whole.left_out],
        generation=generation,
    )


def text_response(source: Source, start: int, end: int, generation: str) -> TextResponse:
    """The text of a source from `start` to `end`, both within it."""
    spans = [Span(start, end)]
    return TextResponse(
        source_id=source.id,
        file=source.file,
        start=start,
        end=end,
        characters=len(source.text),
        text=source.text[start:end],
        locator=_place(locate(source.text, source.layout, spans)) if start < end else None,
        generation=generation,
    )


def _missing(characters: int | None) -> str:
    return "a part is missing" if characters is None else f"{characters} characters are missing"


def _place(locator: Locator) -> Place:
    return Place(unit=locator.unit, first=locator.first, last=locator.last)
