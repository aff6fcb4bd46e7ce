"""Questions made of an index's own speeches, so that anyone can measure search and answers on a corpus of their own.

The same speeches and the same seed give the same questions. Every answerable one has evidence that stands word for word
in the canonical text of its file; what it asks for is singled out by its words.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from random import Random

from askspeech.made_material import Material, SpokenParts
from askspeech.made_rules import ANSWERABLE_RULES, Draft, Rule
from askspeech.made_unanswerable import UNANSWERABLE_RULES
from askspeech.scoring import Question

__all__ = ["SpokenParts", "made_questions"]

_ONE_UNANSWERABLE_OF = 5


def made_questions(
    parts: Sequence[SpokenParts], texts: Mapping[str, str], count: int, seed: int = 0
) -> tuple[Question, ...]:
    """At most `count` questions in Chinese, one of five unanswerable; fewer where the speeches yield no more.

    The kinds of question take turns, and within a kind the speeches do.

    Args:
        parts: every speech with its outline and passages.
        texts: canonical texts by file.
        count: how many are wanted.
        seed: another seed makes other questions.
    """
    material = Material(sorted(parts, key=lambda part: (part.speech.file, part.speech.span)), texts)
    random = Random(seed)
    taken: set[str] = set()
    unanswerable = _taken(material, UNANSWERABLE_RULES, count // _ONE_UNANSWERABLE_OF, taken, random)
    answerable = _taken(material, ANSWERABLE_RULES, count - len(unanswerable), taken, random)
    return tuple(_question(number, draft) for number, draft in enumerate((*answerable, *unanswerable), 1))


def _taken(material: Material, rules: Sequence[Rule], count: int, taken: set[str], random: Random) -> list[Draft]:
    """The first drafts that can be used, the rules taking turns; `taken` is what earlier ones ask or rest on."""
    found: list[Draft] = []
    queues = [_drafts(material, rule, Random(random.random())) for rule in rules]
    for turn in zip_longest(*(_usable(material, queue, taken) for queue in queues)):
        found += [draft for draft in turn if draft is not None]
        if len(found) >= count:
            break
    return found[:count]


def _drafts(material: Material, rule: Rule, random: Random) -> Iterator[Draft]:
    """The drafts of a rule in an order of chance, the speeches taking turns."""
    of_speeches = [list(rule(material, part, random)) for part in material.parts]
    random.shuffle(of_speeches)
    for drafts in of_speeches:
        random.shuffle(drafts)
    for turn in zip_longest(*of_speeches):
        yield from (draft for draft in turn if draft is not None)


def _usable(material: Material, drafts: Iterator[Draft], taken: set[str]) -> Iterator[Draft]:
    """The drafts that ask something new, in words that single out what they ask for."""
    for draft in drafts:
        keys = {draft.text, *(quote.text for quote in draft.evidence)}
        if keys & taken or (draft.telling and not material.is_telling(draft.telling, draft.places)):
            continue
        taken |= keys
        yield draft


def _question(number: int, draft: Draft) -> Question:
    return Question(
        id=f"made-{number:03d}",
        text=draft.text,
        language="zh",
        type=draft.type,
        answerable=bool(draft.evidence),
        evidence=draft.evidence,
        answer_points=draft.points,
    )
