"""What a text denies or forbids, and whether a sentence denies the same."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from askspeech.faults import Fault
from askspeech.lexicon import is_empty, lexicon, likeness, weight
from askspeech.statements import Statement, Token, affinity, clause_text, context

__all__ = ["Denial", "affirmed_places", "denials", "is_near", "negation_faults", "says_no"]

# Begin with 不, 没, 未 or 无 and deny nothing.
_NO_NEGATORS = re.compile(
    "未经(?=[^,。;]{1,15},[^。;]{0,12}(?:不得|不准|不能|不许|一律不|禁止))|不[得能可会]不|(?<=不[得能可会])不|[无莫]不|(?<=[无莫])不|不(?:断|仅|但|管|论|久|过|同(?!意)|少|妨|禁|愧|时|惜|如|良|满|足|法|动产|变|错|合格|合理|平衡|充分|确定|对称|畅|到位|作为|担当|正之风|正当|夜|懈|渝|负|可或缺)"
    "|没落|未(?:来|必|雨绸缪)|无(?:论|疑|数|形|人机|非|障碍|缝|偿|微不至|私|愧|限|纸化|感|证|差别|分歧|事不扰|忧)"
)
_LEADING = re.compile("^(?:绝不|决不|并不|不|没有|没|未|无)(?=.)")
# Numbers that are at most or at least so many are compared as numbers: 不超过两次 = 最多两次.
_BOUND = re.compile(
    "不(?:得|能|可|应|准|许|要|会|再)?(?:超过|高于|多于|大于|突破|超出|迟于|晚于|少于|低于|小于|短于|超|到|足)"
    "(?=[^,。;!?]{0,8}(?:[\\d一二两三四五六七八九十百千万亿半]|标准|时限))"
)
_COMPLEMENT = re.compile("不(?:到|成|下来?|了(?!解)|起|上|出|完|好|动|来|住|清|开|够|齐)")
_EXCEPTION = re.compile("([^,。;:!?]{2,20})除外|(?<![废清剔免排扣消])除了?([^,。;:!?外]{2,20}?)(?:以外|之外|外|,)")
# Verbs that say no by themselves: 取消评优资格 for 不得评优.
_REFUSING = re.compile(
    "[免禁拒]|(?<![减不至最多缩])少(?=[跑走费花交填说搞开报盖等操])|取消|停|撤|废|除外|剥夺|杜绝|防止|避免|反对|制止|抵制|纠正|批评|叫停|克服|改掉|戒|走不通|要不得|行不通|使不得|不可取|非改不可"
)
_BANS = frozenset(("禁止", "严禁", "拒绝", "杜绝", "反对", "否认", "否定", "阻止", "限制"))
_UNLESS, _FIRST = re.compile("未经[^。;!?]+$"), re.compile("先|经过|才[能可]|方可|须经|同意[后了]")
_UNDONE = re.compile(f"(?:没有?|并?未|从未|不再?|并不|并非|不是)(?:{'|'.join(sorted(_BANS))})")
_IS = re.compile("是|非|没有")
_REACH, _FAR_REACH = 6, 14
_PREPOSITIONS = frozenset("对向把将以因在由从为给让")
_SAME, _EQUAL = 0.75, 0.95
_MOSTLY = 0.6
_CLEARLY = 0.08


@dataclass(frozen=True, slots=True)
class Denial:
    """A negating word, the words that it governs, and where it starts; -1 where it is no word of its own.

    Of a list, 严禁搭售保险、理财, the words before `first` are those of its first item.
    """

    said: str
    governed: tuple[Token, ...]
    start: int = -1
    first: int | None = None


def negation_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """What the sentence denies and the texts affirm, and the other way round.

    Where the texts say a thing both with and without a negation, the surroundings decide which place is meant.
    """
    ours = denials(sentence)
    theirs = [denial for text in evidence for denial in denials(text)]
    for denial in ours:
        if _is_said_so(denial, sentence, evidence) or _is_denied(denial, theirs) or _is_refused(denial, evidence):
            continue
        if _is_condition(denial, sentence, evidence):
            continue
        if _is_affirmed(denial, evidence):
            yield Fault("negated", denial.said)
    for text in evidence:
        for denial in denials(text):
            if _is_denied(denial, ours) or _is_refused(denial, [sentence]):
                continue
            turned = _is_affirmed(denial, [sentence])
            if turned and _is_meant(denial, text, sentence, evidence):
                yield Fault("not_negated", denial.said + "".join(token.text for token in denial.governed[:2]))


@lru_cache(maxsize=2048)
def denials(of: Statement) -> tuple[Denial, ...]:
    """The negations of a text with what they govern; 不超过 in front of a number is none."""
    bounds = [found.span() for found in _BOUND.finditer(of.text)]
    found = []
    undone = -1
    for at, token in enumerate(of.tokens):
        said, rest = _negator(token, of.text)
        if said and at > undone and _is_undone(of, at, rest):
            undone = at + 1
        elif said and at > undone and not any(start <= token.start < end for start, end in bounds):
            governed = _governed_by(of, at, said, rest)
            found.append(Denial(said, governed, token.start, _first_item(of, governed)))
    return (*(denial for denial in found if denial.governed), *_exceptions(of))


def affirmed_places(word: str, text: Statement) -> Iterator[tuple[int, int]]:
    """Where a text has a word, or one like it, without a negation."""
    found = denials(text)
    governed = {token.start for denial in found for token in denial.governed} | {denial.start for denial in found}
    for token in text.tokens:
        if token.start not in governed and is_near(word, [token.text]):
            yield token.start, token.end


def says_no(text: Statement) -> bool:
    """Whether a text has any negation, in a word or in a bound."""
    return bool(denials(text)) or _BOUND.search(text.text) is not None or _ANY_NO.search(text.text) is not None


_ANY_NO = re.compile("[不没未无非免禁勿莫拒缺失少离外除防避反]")


def is_near(word: str, words: Sequence[str], least: float = _SAME) -> bool:
    """Whether a word is, or means much the same as, one of the words."""
    return any(likeness(word, other) >= least for other in words)


def _negator(token: Token, text: str) -> tuple[str, tuple[Token, ...]]:
    """The negating part of a word, and what is left of it: 不满意 → 不, 满意."""
    if token.quantity or token.stock or _NO_NEGATORS.match(text, token.start):
        return "", ()
    if token.text in lexicon().negating:
        return token.text, ()
    leading = _LEADING.match(token.text)
    if leading is None or len(token.text) > 4:
        return "", ()
    rest = Token(token.text[leading.end() :], token.start + leading.end(), token.end, token.clause)
    return leading[0], (rest,)


def _first_item(of: Statement, governed: Sequence[Token]) -> int | None:
    """How many of the words are the first item of a list; None where there is none, or of one word alone."""
    for number, token in enumerate(governed):
        if number > 1 and of.text[token.start - 1] == "、":
            return number
    return None


def _is_undone(of: Statement, at: int, rest: tuple[Token, ...]) -> bool:
    """Whether a negation denies a negation right behind it: 并未禁止 is no ban, 不是不办 no refusal."""
    after = of.tokens[at + 1] if at + 1 < len(of.tokens) else None
    if rest or after is None or after.start != of.tokens[at].end:
        return False
    return after.text in _BANS or (after.text == "不" and _IS.search(of.tokens[at].text) is not None)


def _governed_by(of: Statement, at: int, said: str, rest: tuple[Token, ...]) -> tuple[Token, ...]:
    """What a negation denies: what follows, else what stands in front: 高耗能项目坚决不上; of 办不成 the 办."""
    if at and _COMPLEMENT.match(of.text, of.tokens[at].start) and _follows_verb(of, at):
        return (of.tokens[at - 1],)
    governed = (*rest, *_behind(of, at))
    return governed if governed or said == "免" else tuple(_in_front(of, at))


def _follows_verb(of: Statement, at: int) -> bool:
    before = of.tokens[at - 1]
    return before.end == of.tokens[at].start and len(before.text) == 1 and before.tag.startswith("v")


def _behind(of: Statement, at: int) -> Iterator[Token]:
    """The words behind a negation up to the end of its clause, a 的, or the next negation."""
    clause, count = of.tokens[at].clause, 0
    # 不得对遇到困难的企业抽贷: what is denied stands behind all that a preposition governs.
    far = at + 1 < len(of.tokens) and of.tokens[at + 1].text in _PREPOSITIONS
    for token in of.tokens[at + 1 :]:
        if token.clause != clause or count == (_FAR_REACH if far else _REACH):
            return
        if count and (_negator(token, of.text)[0] or (token.text == "的" and not far)):
            return
        if token.quantity is None and not is_empty(token.text):
            count += 1
            yield token


def _in_front(of: Statement, at: int) -> Iterator[Token]:
    for token in of.tokens[:at][::-1][:_REACH]:
        if token.clause != of.tokens[at].clause:
            return
        if token.quantity is None and not is_empty(token.text):
            yield token


def _exceptions(of: Statement) -> Iterator[Denial]:
    """What is excepted: 涉及安全的除外, 除涉及安全的以外."""
    for found in _EXCEPTION.finditer(of.text):
        start, end = found.span(1) if found[1] else found.span(2)
        inside = (token for token in of.tokens if start <= token.start < end)
        words = tuple(token for token in inside if not token.quantity and not is_empty(token.text))
        if words:
            yield Denial("除外", words)


def _is_condition(denial: Denial, of: Statement, evidence: Sequence[Statement]) -> bool:
    """Whether 未经同意，不得检查 stands for 检查先要同意."""
    conditional = _UNLESS.search(of.text[: max(0, denial.start)]) is not None
    return conditional and any(_FIRST.search(text.text) for text in evidence)


def _is_said_so(denial: Denial, of: Statement, evidence: Sequence[Statement]) -> bool:
    """Whether a text has the negation and the word behind it as they stand."""
    after = denial.governed[0]
    if denial.start < 0 or after.start != denial.start + len(denial.said):
        return False
    return any(of.text[denial.start : after.end] in text.text for text in evidence)


def _is_denied(denial: Denial, by: Sequence[Denial]) -> bool:
    """Whether something of what is denied is denied by others too."""
    words = [token.text for other in by for token in other.governed]
    return any(is_near(token.text, words) for token in denial.governed)


def _is_affirmed(denial: Denial, texts: Sequence[Statement]) -> bool:
    """Whether most of what is denied is said there, or of the first of several things, denied or not."""
    words = [token.text for text in texts for token in text.tokens if token.quantity is None]
    return _is_mostly_said(denial.governed, words) or _is_mostly_said(denial.governed[: denial.first], words)


def _is_mostly_said(governed: Sequence[Token], words: Sequence[str]) -> bool:
    total = sum(weight(token.text) for token in governed)
    said = sum(weight(token.text) for token in governed if is_near(token.text, words, _EQUAL))
    return said > 0 and said >= _MOSTLY * total


def _is_refused(denial: Denial, texts: Sequence[Statement]) -> bool:
    """Whether each clause that has the denied word says no in some way of its own: 取消评优资格 for 不得评优."""
    word = _found_word(denial, texts)
    said = [(text, one) for text in texts for one in text.tokens if is_near(word, [one.text])]
    clauses = [_UNDONE.sub("", clause_text(text, one.clause)).replace(one.text, "") for text, one in said]
    return bool(clauses) and all(map(_REFUSING.search, clauses))


def _is_meant(denial: Denial, of: Statement, sentence: Statement, evidence: Sequence[Statement]) -> bool:
    """Whether the sentence means the place where this is denied, not one where it is said without a negation."""
    said = _found_word(denial, [sentence])
    word = next(token for token in denial.governed if token.text == said)
    ours = [context(sentence, token.start, token.end) for token in sentence.tokens if is_near(said, [token.text])]
    here = context(of, word.start, word.end)
    others = [context(text, *place) for text in evidence for place in affirmed_places(said, text)]
    if not others:
        return True
    return all(affinity(one, here) > max(affinity(one, other) for other in others) + _CLEARLY for one in ours)


def _found_word(denial: Denial, texts: Sequence[Statement]) -> str:
    """The first denied word that the texts have; the first one where they have none."""
    words = [token.text for text in texts for token in text.tokens]
    found = (token.text for token in denial.governed if is_near(token.text, words))
    return next(found, denial.governed[0].text)
