"""Questions that refer to an item of the list that the question before them asked for: 第二件事具体怎么做？"""

from collections.abc import Sequence

from askspeech.asked import asked_for
from askspeech.datatypes import Turn
from askspeech.extracting import PASSAGES, ranked_candidates
from askspeech.markers import marker_at
from askspeech.questions import checked_question, ordinal_of
from askspeech.search import SpeechIndex
from askspeech.sentences import leading_sentence_end

__all__ = ["referred"]

_LONGEST_ITEM = 60


def referred(index: SpeechIndex, question: str, history: Sequence[Turn]) -> str | None:
    """The question with the words of the item that it refers to in front; None where it refers to none that is found.

    The item is looked for where the question before it finds its list. Raises QuestionError where that is no question.
    """
    number = ordinal_of(question)
    if not number or not history:
        return None
    items = _items(index, history[-1].question, history[:-1])
    if not items or number > len(items):
        return None
    item = items[number if number < 0 else number - 1]
    return f"{item[: leading_sentence_end(item, 0, len(item), _LONGEST_ITEM)]} {question.strip()}"


def _items(index: SpeechIndex, question: str, history: Sequence[Turn]) -> list[str]:
    """The words of the items of the enumeration that answers a question best, without their markers."""
    result = index.search(checked_question(question), k=PASSAGES, history=history)
    asked = asked_for(question, result.kind)
    found = ranked_candidates(index, result, result.hits, asked)
    best = next((one.candidate for one in found if one.candidate.items), None)
    texts = [part.text for part in best.parts[1:]] if best else []
    marked = [(text, marker_at(text)) for text in texts]
    return [text[marker.end :].strip() for text, marker in marked if marker]
