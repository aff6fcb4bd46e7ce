"""What a question is: its language, how many things it asks for, and what it takes over from the conversation."""

import re
import unicodedata
from collections.abc import Sequence

from askspeech.datatypes import Language, Turn
from askspeech.errors import QuestionError
from askspeech.markers import chinese_number
from askspeech.settings import MAX_QUESTION_CHARACTERS

__all__ = [
    "asks_for_list",
    "asks_for_speech",
    "checked_question",
    "compares",
    "compares_speeches",
    "complete",
    "expected_count",
    "language_of",
    "ordinal_of",
    "quotations",
]

_CHINESE = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_UNITS = "个|条|项|点|种|类|样|件|句|步|场|方面|大|家|篇|处|位|张|本|道|招|字|部分|环境|举措|措施|要求|问题|不"
_COUNT = re.compile(rf"哪\s?([二两三四五六七八九十]|\d{{1,2}})\s?(?:{_UNITS})?")
_LIST = re.compile(
    r"哪些|哪几|分别(?:是|有|指|叫)(?:什么|哪)|(?<!有)几(?:条|点|项|种|样|方面|步|招|件事)|哪[二两三四五六七八九十]|列出|列举|(?:要求|措施|做法|举措|问题)有什么|有什么(?:要求|措施|做法|举措)|"
    r"\b(?:which|what)\s+(?:are\s+the\s+)?(?:two|three|four|five|six|seven|eight|nine|ten|\d+)\b|"
    r"\blist\b|\bwhat are\b|\bwhich \w+s\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"分别|各自|各篇|各(?:是|叫|提|说|讲|有|要求)|哪[几两二三]篇|相比|比较|对比|区别|不同|异同|"
    r"\b(?:both|respectively|each|compare[ds]?|differ\w*|two speeches|several speeches|which speeches)\b",
    re.IGNORECASE,
)
_SPEECHES = re.compile(
    r"各篇|[几两二三四]篇|讲话.{0,8}(?:分别|各自|各是|各提|各说|各讲|各有)|"
    r"(?:会议?|大会|讲话)上?(?:和|与|跟).{1,16}(?:会议?|大会|讲话)上?.{0,4}(?:各|分别)|"
    r"\bspeeches\b|\beach (?:of them|speech)\b|\bboth speeches\b",
    re.IGNORECASE,
)
_ENGLISH_NUMBERS = dict(
    zip(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], range(2, 11), strict=True)
)
_ENGLISH_COUNT = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten)\b", re.IGNORECASE)
_SPEECH = re.compile(r"哪(?:几|两|一)?篇|是哪篇|\bwhich speech", re.IGNORECASE)
_DEPENDENT = re.compile(
    r"^(?:那么?|这|它|他们?|她|其中|其|最后|最先|第[一二三四五六七八九十\d]+|前者|后者|还有|另外|呢|[由归](?:谁|哪))|(?:这|那)(?:件事|个|项|条|些|种|一点|里|次)|上面|刚才|前面说|"
    r"\b(?:it|this|that|they|them|those|these|the (?:first|second|third|last) one)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"第([一二三四五六七八九十]|\d{1,2})(?:个方面|件事|[个条件种点项类步招样句场])(?!是?(?:报告|大会|会议))|"
    r"\bthe (first|second|third|fourth|fifth) one\b",
    re.I,
)
_LAST = re.compile(r"最后(?:一)?(?:个|条|件|种|点|项|类|步|招|样|句|场|方面)|后者|\bthe last one\b", re.I)
_FIRST = re.compile(r"前者|\bthe former\b", re.I)
_ENGLISH_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_UNSEEN = frozenset({"Cf", "Cs"})
_STANDS_ALONE = 40
_TURNS_BACK = 3
_QUOTATION = re.compile(r"[“\"‘《「『]([^”\"’》」』]{4,60})[”\"’》」』]")


def checked_question(question: str) -> str:
    """The question as it is seen: without white space around it, and without what turns a line round or joins marks.

    Control characters become spaces (they may stand between two words), other characters that nobody sees are dropped.
    Raises QuestionError where it is empty, holds neither a letter nor a digit, or is longer than 2,000 characters.
    """
    text = _seen(question).strip()
    if not text:
        raise QuestionError("The question is empty: type what you want to know.", "问题是空的，请输入想问的内容。")
    if len(text) > MAX_QUESTION_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text):,} characters; at most {MAX_QUESTION_CHARACTERS:,} are taken: shorten it.",
            f"问题太长（{len(text):,} 字），请缩短到 {MAX_QUESTION_CHARACTERS:,} 字以内。",
        )
    if not _is_written_out(text):
        raise QuestionError(
            "The question's characters stand for many more each: write them out, and shorten it.",
            "问题里有代表许多字的特殊字符，请改用普通文字并缩短。",
        )
    if not any(unicodedata.category(character)[0] in "LN" for character in text):
        raise QuestionError(
            "The question holds no word, only punctuation or symbols: ask it in words.",
            "问题里没有文字，请用文字提问。",
        )
    return text


def _seen(text: str) -> str:
    kinds = ((one, "" if one in "\n\t" else unicodedata.category(one)) for one in text)
    return "".join(" " if kind == "Cc" else one for one, kind in kinds if kind not in _UNSEEN)


def _is_written_out(text: str) -> bool:
    """Whether a text is not much longer as it is compared: U+FDFA is looked for as the 18 characters it stands for."""
    return len(unicodedata.normalize("NFKC", text)) <= 2 * MAX_QUESTION_CHARACTERS


def language_of(question: str) -> Language:
    """The language to answer in: English where a question has words in Latin letters and hardly a Chinese character."""
    return "en" if len(_LATIN.findall(question)) > len(_CHINESE.findall(question)) else "zh"


def asks_for_list(question: str) -> bool:
    """Whether a question asks for a list rather than for one thing."""
    return _LIST.search(question) is not None or expected_count(question) is not None


def asks_for_speech(question: str) -> bool:
    """Whether a question asks which speech says something."""
    return _SPEECH.search(question) is not None


def ordinal_of(question: str) -> int | None:
    """Which item of a list a question refers to, counted from 1, -1 for the last; None where it refers to none."""
    if found := _ORDINAL.search(question):
        return chinese_number(found[1]) if found[1] else 1 + _ENGLISH_ORDINALS.index(found[2].lower())
    if _FIRST.search(question):
        return 1
    return -1 if _LAST.search(question) else None


def quotations(question: str) -> list[str]:
    """What a question quotes, pieces of four characters and more."""
    return _QUOTATION.findall(question)


def compares(question: str) -> bool:
    """Whether a question asks what each of several speeches says."""
    return _COMPARISON.search(question) is not None


def compares_speeches(question: str) -> bool:
    """Whether a question asks what several speeches say, each by itself; 分别 alone may ask for parts of one thing."""
    return _SPEECHES.search(question) is not None


def expected_count(question: str) -> int | None:
    """How many things a question says that there are: 哪四个, five types."""
    if found := _COUNT.search(question):
        number = chinese_number(found[1])
        return number if 2 <= number <= 20 else None
    if found := _ENGLISH_COUNT.search(question):
        return _ENGLISH_NUMBERS[found[1].lower()]
    return None


def complete(question: str, history: Sequence[Turn]) -> str:
    """A question that leans on the conversation, with the question before it in front; another one unchanged.

    Where the one before leans on its own predecessor, that comes along, and so on, three questions back at most.
    """
    bare = _QUOTATION.sub("", question)
    if not history or len(question) > _STANDS_ALONE or bare != question or not _DEPENDENT.search(bare):
        return question
    if not _is_written_out(history[-1].question):
        return question
    earlier = complete(history[-1].question.strip(), history[-_TURNS_BACK:-1])
    return f"{earlier} {question}"
