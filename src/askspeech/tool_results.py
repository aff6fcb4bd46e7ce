"""The results of the tools for language models: made of what was found, and as text that can be quoted. Pure."""

from collections.abc import Iterable, Sequence

from askspeech.bilingual import public
from askspeech.citing import locate
from askspeech.datatypes import Answer, Citation, Hit, Source, Span, Speech, slices
from askspeech.datatypes import Locator as Place
from askspeech.datatypes import SearchResult as Search
from askspeech.errors import QuestionError
from askspeech.marks import unmistakable
from askspeech.tool_models import (
    LONGEST_READING,
    AskResult,
    Cited,
    Found,
    Listed,
    Locator,
    ReadResult,
    SearchResult,
    Sentence,
    SpeechesResult,
)

__all__ = [
    "ask_result",
    "ask_text",
    "read_result",
    "read_text",
    "search_result",
    "search_text",
    "speeches_result",
    "speeches_text",
]

_UNITS = {"page": "页", "paragraph": "段", "line": "行"}
_SHOWN_HEADING = 40
_NOTHING = "No passage was found. 没有找到段落。"


def search_result(question: str, search: Search, sources: Sequence[Source], generation: str) -> SearchResult:
    """What `search` gives; `sources` holds the source of each hit."""
    return SearchResult(
        question=question,
        search_question=search.search_question,
        passages=_found(search.hits, sources),
        notices=list(map(public, search.notices)),
        generation=generation,
    )


def ask_result(answer: Answer, nearest: Sequence[Source], generation: str) -> AskResult:
    """What `ask` gives; `nearest` holds the source of each of the answer's nearest passages."""
    return AskResult(
        question=answer.question,
        outcome=answer.outcome,
        text=unmistakable(answer),
        sentences=[
            Sentence(text=one.text, citations=list(one.citations), support=one.support) for one in answer.sentences
        ],
        citations=[_cited(citation) for citation in answer.citations],
        nearest=_found(answer.nearest, nearest),
        language=answer.language,
        search_question=answer.search.search_question,
        notices=list(map(public, answer.notices)),
        generation=generation,
    )


def speeches_result(
    speeches: Sequence[Speech], notices: Iterable[str], generation: str, offset: int, limit: int
) -> SpeechesResult:
    """What `speeches` gives: `limit` of the speeches from `offset` on."""
    end = offset + limit
    return SpeechesResult(
        total=len(speeches),
        offset=offset,
        speeches=[_listed(speech) for speech in speeches[offset:end]],
        next_offset=end if end < len(speeches) else None,
        notices=list(notices),
        generation=generation,
    )


def read_result(
    source: Source, whole: Span, speeches: Iterable[Speech], generation: str, *, context: int = 0
) -> ReadResult:
    """What `read` gives of a part of a source, at most 20,000 characters from its beginning.

    Args:
        source: the text.
        whole: what was asked for.
        speeches: those of the source.
        generation: the name of the state of the index.
        context: how many characters around it to add.

    Raises:
        QuestionError: the source has no such part.
    """
    if not 0 <= whole.start < min(whole.end, len(source.text)):
        raise QuestionError(
            f"start is {whole.start} and end {whole.end}, but the text has {len(source.text)} characters, and start "
            "must be before end. Take both from the spans of a citation or passage.",
            "起止位置有误，请用出处给出的位置。",
        )
    whole = Span(max(whole.start - context, 0), min(whole.end + context, len(source.text)))
    span = Span(whole.start, min(whole.end, whole.start + LONGEST_READING))
    return ReadResult(
        source_id=source.id,
        file=source.file,
        text=slices(source.text, [span]),
        span=list(span),
        whole=list(whole),
        source_characters=len(source.text),
        locator=_locator(locate(source.text, source.layout, [span])),
        titles=[one.title for one in speeches if one.span.start < span.end and span.start < one.span.end],
        next_start=span.end if span.end < whole.end else None,
        generation=generation,
    )


def search_text(result: SearchResult) -> str:
    """What `search` gives, to quote from: each passage whole, with its place and how to read on."""
    searched = f"Searched for 检索: {result.search_question}"
    parts = [] if result.search_question == result.question.strip() else [searched]
    parts += [_found_text(passage) for passage in result.passages] or [_NOTHING]
    return "\n\n".join([*parts, *result.notices])


def ask_text(result: AskResult) -> str:
    """What `ask` gives, to quote from: the answer, its citations by number with their words, what is doubtful."""
    parts = [result.text, *result.notices]
    doubted = [f"- {one.text} ({one.support})" for one in result.sentences if one.support != "supported"]
    if doubted:
        parts.append("\n".join(["Not fully supported by the citations 依据不足:", *doubted]))
    if result.citations:
        parts.append("\n".join(["Citations 出处:", *(_cited_text(citation) for citation in result.citations)]))
    if result.nearest:
        nearest = "Passages near the question; they do not answer it 最接近的段落（不是答案）:"
        parts.append("\n\n".join([nearest, *(_found_text(passage) for passage in result.nearest)]))
    return "\n\n".join(parts)


def speeches_text(result: SpeechesResult) -> str:
    """What `speeches` gives: a line for each speech, and how to list on."""
    lines = [_listed_text(speech) for speech in result.speeches]
    last = result.offset + len(lines)
    shown = f"; shown 列出: {result.offset + 1}–{last}" if lines else ""
    more = "" if result.next_offset is None else f"; more 下一页: speeches(offset={result.next_offset})"
    return "\n".join([f"Speeches 讲话: {result.total}{shown}{more}", *lines, *result.notices])


def read_text(result: ReadResult) -> str:
    """What `read` gives: where the text stands, the text itself, and how to read on."""
    start, end = result.span
    head = f"{result.file}, {result.locator.text}, characters 字符 {start}–{end} of 共 {result.source_characters}"
    titles = f"\n讲话: {' | '.join(result.titles)}" if result.titles else ""
    more = (
        f'\n\nRead on 继续: read(source_id="{result.source_id}", start={result.next_start}, end={result.whole[1]})'
        if result.next_start is not None
        else ""
    )
    return f"{head}{titles}\n\n{result.text}{more}"


def _found(hits: Iterable[Hit], sources: Iterable[Source]) -> list[Found]:
    return [
        Found(
            number=number,
            title=hit.speech.title,
            file=hit.passage.file,
            locator=_locator(locate(source.text, source.layout, hit.passage.spans)),
            heading_path=list(hit.passage.heading_path),
            text=hit.passage.text,
            added=slices(source.text, hit.added),
            found_by=list(hit.found_by),
            score=hit.score,
            copies=len(hit.copies),
            speech_id=hit.speech.id,
            source_id=hit.passage.source_id,
            spans=_pairs(hit.passage.spans),
        )
        for number, (hit, source) in enumerate(zip(hits, sources, strict=True), 1)
    ]


def _cited(citation: Citation) -> Cited:
    return Cited(
        number=citation.number,
        title=citation.speech_title,
        file=citation.file,
        locator=_locator(citation.locator),
        quote=citation.quote,
        support=citation.support,
        heading_path=list(citation.heading_path),
        speech_id=citation.speech_id,
        source_id=citation.source_id,
        spans=_pairs(citation.spans),
    )


def _listed(speech: Speech) -> Listed:
    return Listed(
        speech_id=speech.id,
        title=speech.title,
        file=speech.file,
        source_id=speech.source_id,
        span=list(speech.span),
        characters=speech.characters,
        facts={fact.name: list(speech.values(fact.name)) for fact in speech.facts},
    )


def _pairs(spans: Iterable[Span]) -> list[list[int]]:
    return [list(span) for span in spans]


def _locator(place: Place) -> Locator:
    numbers = f"{place.first}" if place.first == place.last else f"{place.first}–{place.last}"
    return Locator(unit=place.unit, first=place.first, last=place.last, text=f"第{numbers}{_UNITS[place.unit]}")


def _found_text(passage: Found) -> str:
    added = [f"({' '.join(passage.added.split())})"] if passage.added.strip() else []
    return "\n".join([_head(passage), *(line for line in passage.text.splitlines() if line.strip()), *added])


def _cited_text(citation: Cited) -> str:
    return f"{_head(citation)}\n“{citation.quote}”"


def _head(place: Found | Cited) -> str:
    headings = (heading[:_SHOWN_HEADING] for heading in place.heading_path)
    path = " › ".join(" ".join(part.split()) for part in (place.title, *headings))
    start, end = min(first for first, _ in place.spans), max(last for _, last in place.spans)
    opens = f'read(source_id="{place.source_id}", start={start}, end={end})'
    return f"[{place.number}] {path}\n{place.file}, {place.locator.text}; {opens}"


def _listed_text(speech: Listed) -> str:
    facts = "; ".join(value for values in speech.facts.values() for value in values)
    return f'- {speech.title} ({speech.file}; {facts}; {speech.characters} 字) read(speech_id="{speech.speech_id}")'
