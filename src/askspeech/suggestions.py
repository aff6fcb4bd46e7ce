"""Questions that an index can surely answer, made from the headings of its speeches."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from askspeech.blanks import find_blanks
from askspeech.datatypes import Citation, Language, Section, Span, Speech

__all__ = ["example_questions", "next_questions"]

_SHORTEST, _LONGEST = 5, 22
_PLAIN = re.compile(r"^[\w“”‘’《》、，+]+$")
_LEAST_ITEMS = 3
_LIST: dict[Language, str] = {"zh": "“{topic}”讲了哪几条？", "en": "Which points does “{topic}” list?"}
_CONTENT: dict[Language, str] = {"zh": "“{topic}”具体是怎么说的？", "en": "What exactly is said about “{topic}”?"}


def example_questions(outlines: Mapping[Speech, Sequence[Section]], count: int, language: Language = "zh") -> list[str]:
    """At most `count` questions, the speeches taking turns, in the order of the speeches and of their sections."""
    queues = [list(_questions(sections, language)) for sections in outlines.values()]
    questions: list[str] = []
    for turn in range(max((len(queue) for queue in queues), default=0)):
        questions += [queue[turn] for queue in queues if turn < len(queue)]
    return list(dict.fromkeys(questions))[:count]


def next_questions(
    citations: Sequence[Citation],
    outline_of: Callable[[str], Sequence[Section]],
    count: int,
    *,
    asked: Collection[str] = (),
    language: Language = "zh",
) -> list[str]:
    """At most `count` questions about what stands beside the places that an answer cites, the places taking turns.

    Beside a section are those that follow it, then those before it in the same list, then the list as a whole, and so
    on around the section above. No question is about a section that is cited, or that an earlier question names.

    Args:
        citations: what the answer cites.
        outline_of: the sections of a speech by its id, parents before their children; none for one that has gone.
        count: how many questions.
        asked: what was asked before.
        language: of the questions.
    """
    spans: dict[str, list[Span]] = {}
    for citation in citations:
        spans.setdefault(citation.speech_id, []).extend(citation.spans)
    queues: list[Iterator[_Question]] = []
    for speech_id, cited in spans.items():
        outline = _Outline(outline_of(speech_id))
        known = outline.holding(cited)
        queues += [outline.questions_beside(section, known, language) for section in known.values()]
    earlier = ["".join(question.split()) for question in asked]
    questions = (question for turn in zip_longest(*queues) for question in turn if question)
    fresh = (one.text for one in questions if not any(one.topic in question for question in earlier))
    return list(dict.fromkeys(fresh))[:count]


class _Question(NamedTuple):
    text: str
    topic: str


class _Outline:
    def __init__(self, sections: Sequence[Section]) -> None:
        self.by_id = {section.id: section for section in sections}
        self.children: dict[str | None, list[Section]] = {}
        for section in sections:
            self.children.setdefault(section.parent_id, []).append(section)

    def holding(self, spans: Sequence[Span]) -> dict[str, Section]:
        """The innermost sections in which the spans begin, by id, in the order of the spans."""
        found = (self._innermost(span.start) for span in spans)
        return {section.id: section for section in found if section is not None}

    def _innermost(self, place: int) -> Section | None:
        found, inside = None, self.children.get(None, [])
        while holder := next((one for one in inside if one.span.start <= place < one.span.end), None):
            found, inside = holder, self.children.get(holder.id, [])
        return found

    def questions_beside(self, section: Section, known: Collection[str], language: Language) -> Iterator[_Question]:
        """Questions about what stands beside a section, nearest first, and that is not known."""
        for one in self._beside(section, known):
            if one.id not in known and (question := self._question(one, language)):
                yield question

    def _beside(self, section: Section, known: Collection[str]) -> Iterator[Section]:
        around: Section | None = section
        while around is not None:
            siblings = self.children[around.parent_id]
            at = siblings.index(around)
            yield from siblings[at + 1 :]
            yield from reversed(siblings[:at])
            around = self.by_id.get(around.parent_id or "")
            if around is not None and sum(one.id in known for one in siblings) <= len(siblings) / 2:
                yield around  # or the answer has told the list already

    def _question(self, section: Section, language: Language) -> _Question | None:
        topic, items = _topic(section), len(self.children.get(section.id, ()))
        if topic is None or 0 < items < _LEAST_ITEMS:
            return None
        form = _LIST if items else _CONTENT
        return _Question(form[language].format(topic=topic), topic)


def _questions(sections: Sequence[Section], language: Language) -> Iterator[str]:
    """Questions for the items of a section that has several, then for what an item says."""
    children: dict[str | None, int] = {}
    for section in sections:
        children[section.parent_id] = children.get(section.parent_id, 0) + 1
    headings = [(section, _topic(section)) for section in sections]
    for section, topic in headings:
        if topic and children.get(section.id, 0) >= _LEAST_ITEMS:
            yield _LIST[language].format(topic=topic)
    for section, topic in headings:
        if topic and section.id not in children and len(topic) <= 14:
            yield _CONTENT[language].format(topic=topic)


def _topic(section: Section) -> str | None:
    """A heading without its marker, where it is short, plain and holds no blank."""
    heading = "".join(section.heading.split()).removeprefix("".join(section.marker.split())).strip("“”。，：；")
    plain = _SHORTEST <= len(heading) <= _LONGEST and _PLAIN.match(heading) and not re.search("[“”‘’]", heading)
    return heading if plain and not list(find_blanks(heading)) else None
