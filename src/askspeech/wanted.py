"""What a question wants: the words to search for, and the form and the speeches of what it asks for. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from askspeech.bilingual import Bilingual
from askspeech.datatypes import QuestionKind, Turn
from askspeech.described import described_levels
from askspeech.errors import AskSpeechError, QuestionError
from askspeech.glossary import with_chinese
from askspeech.question_kinds import kind_of
from askspeech.questions import (
    asks_for_list,
    asks_for_speech,
    checked_question,
    compares,
    complete,
    expected_count,
    language_of,
)

__all__ = ["Rewrite", "Wanted", "wanted"]

Rewrite = Callable[[str, Sequence[Turn]], str]
"""What makes a question that stands alone, in the language of the speeches, of one that does not."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question wants.

    `completed` is what a person would have asked without the conversation, `search_question` what is searched for;
    `count` how many items the list has that it asks for; `levels` are those of the speeches that it describes;
    `of_speeches` says whether it asks which speeches say something, or what each of several says.
    """

    completed: str
    search_question: str
    kind: QuestionKind
    lists: bool
    count: int | None
    levels: frozenset[str]
    compares: bool
    of_speeches: bool
    notices: tuple[str, ...] = ()


def wanted(question: str, history: Sequence[Turn] = (), rewrite: Rewrite | None = None) -> Wanted:
    """What a question wants, with what it leans on in the conversation.

    `rewrite` is called for a question that leans on the conversation and for one in English; one that stands alone is
    left alone. Where it fails with an error of ours or returns no question, the rules' result is used, and a notice
    says so.

    Raises QuestionError for what is no question.
    """
    completed = complete(checked_question(question), history)
    notices: tuple[str, ...] = ()
    if rewrite is not None and (completed != question.strip() or language_of(question) == "en"):
        try:
            completed = checked_question(rewrite(question, history))
        except AskSpeechError as error:
            notices = (_not_rewritten(error),)
    return Wanted(
        completed=completed,
        search_question=with_chinese(completed) if language_of(completed) == "en" else completed,
        kind=kind_of(question),
        lists=asks_for_list(question),
        count=expected_count(question),
        levels=described_levels(completed),
        compares=compares(question),
        of_speeches=compares(question) or asks_for_speech(question),
        notices=notices,
    )


def _not_rewritten(error: AskSpeechError) -> Bilingual:
    english, chinese = "The question was not rewritten and was completed by rule", "问题没能改写，按规则补全"
    if isinstance(error, QuestionError):
        return Bilingual(f"{english}.", f"{chinese}。", f"{english} ({chinese}): 没有得到问题")
    words = error.words
    return Bilingual(
        f"{english}: {words.english}", f"{chinese}。原因：{words.chinese}", f"{english} ({chinese}): {error}"
    )
