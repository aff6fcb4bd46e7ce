"""What a chat model is asked: sentences of the speeches under handles, the question, and the rules, as plain text.

The wording is in `prompts/`. Its slots are filled by one pass of replacement: no text that is filled in is looked at
for slots again, and no template language ever sees the corpus.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from askspeech.citing import spans_within
from askspeech.datatypes import Hit, Language, Span, Turn
from askspeech.handles import new_handles
from askspeech.neutral import for_model
from askspeech.phrases import NOT_FOUND
from askspeech.sentences import sentence_spans

__all__ = ["Offered", "Prompt", "answer_prompt", "offered_sentences", "rewrite_prompt"]

_SLOT = re.compile(r"<<([A-Z]+)>>")
_PART = "\n%%%\n"
_LONGEST_TITLE = 80
_LONGEST_ANSWER = 300
_TURNS = 2
_MARKS = re.compile(r"\[\d{1,3}\]")
_SAID: Mapping[Language, tuple[str, str, str]] = {
    "zh": ("对话中此前的问答，只用来明白问题指的是什么：", "问：", "答："),
    "en": ("What was said before; it only tells what the question refers to:", "Question: ", "Answer: "),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a chat model is told: the rules, and the question with its material."""

    system: str
    user: str
    boundary: str
    """The line around the material, new for every question; a reader never sees it."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A sentence of a passage, the range [start, end) of its reading text, under the handle that it is cited by."""

    handle: str
    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.hit.passage.text[self.start : self.end]

    @property
    def span(self) -> Span:
        """The first of the source's spans that the words were taken from."""
        return spans_within(self.hit.passage.spans, self.start, self.end)[0]


def offered_sentences(hits: Sequence[Hit], characters: int, asked: str) -> tuple[Offered, ...]:
    """The sentences of the best hits, as many as the number of characters allows, each place once.

    They are grouped by speech, the speech of the best hit first, in the order of the text. Their handles are random and
    stand neither in the hits nor in what was asked.
    """
    chosen: dict[tuple[str, int], Offered] = {}
    left = characters
    for hit in hits:
        for sentence in _sentences(hit):
            place = hit.passage.source_id, sentence.span.start
            if place in chosen:
                continue
            left -= len(sentence.text)
            if left < 0 and chosen:
                return _in_order(chosen.values(), hits, asked)
            chosen[place] = sentence
    return _in_order(chosen.values(), hits, asked)


def _sentences(hit: Hit) -> Iterator[Offered]:
    for start, end in sentence_spans(hit.passage.text):
        if any(character.isalnum() for character in hit.passage.text[start:end]):
            yield Offered("", hit, start, end)


def _in_order(chosen: Iterable[Offered], hits: Sequence[Hit], asked: str) -> tuple[Offered, ...]:
    speeches = {speech: rank for rank, speech in enumerate(dict.fromkeys(hit.speech.id for hit in hits))}
    ordered = sorted(chosen, key=lambda one: (speeches[one.hit.speech.id], one.span.start))
    shown = "\n".join(
        (asked, *("\n".join((hit.speech.title, *hit.passage.heading_path, hit.passage.text)) for hit in hits))
    )
    handles = new_handles(len(ordered), shown)
    return tuple(Offered(handle, one.hit, one.start, one.end) for handle, one in zip(handles, ordered, strict=True))


def answer_prompt(
    question: str, offered: Sequence[Offered], language: Language, conversation: Sequence[Turn] = ()
) -> Prompt:
    """What a model is told to write an answer; `conversation` is what the question leans on, nothing where it does not.

    The rules' examples have handles of their own, which name nothing.
    """
    example, another = new_handles(2, " ".join(one.handle for one in offered))
    return _prompt(
        "answer",
        language,
        {
            "EXAMPLE": example,
            "ANOTHER": another,
            "REFUSAL": NOT_FOUND[language],
            "CONVERSATION": _said(conversation, language, headed=True),
            "SENTENCES": "\n".join(_lines(offered)),
            "QUESTION": for_model(question),
        },
    )


def rewrite_prompt(question: str, language: Language, conversation: Sequence[Turn]) -> Prompt:
    """What a model is told to make a Chinese question that stands alone of one that does not, or is in English."""
    said = _said(conversation, language, headed=False)
    return _prompt("rewrite", language, {"CONVERSATION": said, "QUESTION": for_model(question)})


def _prompt(name: str, language: Language, slots: Mapping[str, str]) -> Prompt:
    boundary = f"=== {secrets.token_hex(8)} ==="
    filled = {**slots, "BOUNDARY": boundary}
    system, user = (_SLOT.sub(lambda slot: filled[slot[1]], part) for part in _template(name, language))
    return Prompt(system.strip(), user.strip(), boundary)


@cache
def _template(name: str, language: Language) -> tuple[str, str]:
    text = resources.files("askspeech").joinpath("prompts", f"{name}.{language}.txt").read_text(encoding="utf-8")
    system, user = text.split(_PART)
    return system, user


def _said(conversation: Sequence[Turn], language: Language, *, headed: bool) -> str:
    """The last turns of a conversation, answers without marks and cut short."""
    if not conversation:
        return ""
    heading, asked, answered = _SAID[language]
    lines = [heading] if headed else []
    for turn in conversation[-_TURNS:]:
        lines.append(asked + for_model(turn.question))
        if turn.answer:
            answer = for_model(_MARKS.sub("", turn.answer))
            lines.append(answered + (answer if len(answer) <= _LONGEST_ANSWER else answer[:_LONGEST_ANSWER] + "…"))
    return "\n".join([*lines, ""]) + ("\n" if headed else "")


def _lines(offered: Sequence[Offered]) -> Iterator[str]:
    """The sentences with their handles, a line for each speech and one for each change of heading."""
    speech, headings = "", None
    for one in offered:
        if one.hit.speech.id != speech:
            if speech:
                yield ""
            speech, headings = one.hit.speech.id, None
            yield f"《{_short(one.hit.speech.title)}》"
        if one.hit.passage.heading_path != headings:
            headings = one.hit.passage.heading_path
            if headings:
                yield f"〔{' › '.join(_short(heading) for heading in headings)}〕"
        yield f"[{one.handle}] {for_model(one.text)}"


def _short(text: str) -> str:
    line = for_model(text)
    return line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE] + "…"
