"""Negation and modality of an English sentence against Chinese texts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from askspeech.faults import Fault
from askspeech.lexicon import weight
from askspeech.modality import Modality, contradicts, matching_clause
from askspeech.negation import affirmed_places, denials, is_near, says_no
from askspeech.statements import Statement

__all__ = ["english_polarity_faults"]

_DENIAL = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|forbid(?:s|den)?|prohibit(?:s|ed)?|ban(?:s|ned)?|refus\w+"
    r"|fail(?:s|ed)? to|unable|warn\w* against|refrain\w*)\b|n't\b"
)
_BOUND = re.compile(
    r"\b(?:no|not|never|without)(?: to)? (?:more|less|fewer|later|earlier|lower|higher|exceed\w*|only|merely|just)\b"
)
_MODAL: Mapping[Modality, re.Pattern[str]] = MappingProxyType(
    {
        "must": re.compile(r"\b(?:must|shall|required to|obliged to|mandatory|have to|has to)\b"),
        "may": re.compile(
            r"\b(?:may|allowed to|permitted to|if they wish|optional\w*|voluntar\w+|encouraged to|are free to)\b"
        ),
        "strive": re.compile(
            r"\b(?:striv\w+|aim\w*|seek\w*|hopes? to|plans? to|targets?|expected to|intends? to|efforts? to)\b"
        ),
        "done": re.compile(r"\b(?:already|has been|have been|has completed|have completed)\b"),
    }
)


def english_polarity_faults(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """Where an English sentence, with Chinese for its words, denies, demands or allows otherwise than the texts."""
    bounds = [found.span() for found in _BOUND.finditer(sentence.text)]
    denied = [
        found
        for found in _DENIAL.finditer(sentence.text)
        if not any(start <= found.start() < end for start, end in bounds)
    ]
    if not denied:
        yield from _affirmed(sentence, evidence)
    elif not any(says_no(text) for text in evidence):
        yield Fault("negated", denied[0][0])
    for kind, pattern in _MODAL.items():
        for found in pattern.finditer(sentence.text):
            if contradicts(kind, matching_clause(sentence, sentence.clause(found.start()), evidence)):
                yield Fault("modality", found[0])


def _affirmed(sentence: Statement, evidence: Sequence[Statement]) -> Iterator[Fault]:
    """What a sentence without a negation says and the texts only deny."""
    words = [word for token in sentence.tokens for word in token.meanings]
    for denial in (denial for text in evidence for denial in denials(text)):
        verbs = (token.text for token in denial.governed if token.tag.startswith("v") and weight(token.text))
        for said in dict.fromkeys((denial.governed[0].text, *islice(verbs, 1))):
            if is_near(said, words) and not any(list(affirmed_places(said, text)) for text in evidence):
                yield Fault("not_negated", denial.said + said)
