"""Questions made by rule from the sentences of paragraphs: more pairs of the kind that people ask, without people."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence

from training.pairs import PairSet

NAME = "made_questions"
PARAGRAPHS_OF = ("cmrc2018_train", "cmrc2018_trial", "drcd_dev_sc")
"""The data sets whose second texts are paragraphs about one thing each."""
OF_A_PARAGRAPH = 6
SHORTEST, LONGEST = 5, 28
"""Of a clause that is asked about, in characters."""
NAMED = 0.6
"""The share of questions that name what the paragraph is about, as its first words do."""
SENTENCE = re.compile(r"[^。！？；\n]{10,}")
CLAUSES = re.compile("[，,：:（）()“”]")
SUBJECT_END = re.compile("[，。（(、：:是于在为]")
SUBJECT_CHARACTERS = 10
DAY = re.compile(r"\d{3,4}年(?:\d+月)?(?:\d+日)?")
NUMBER = re.compile(r"[\d,.]+%?")
FORMS = (
    *("{subject}{clause}是什么", "什么是{clause}", "为什么{subject}{clause}", "{subject}{clause}的是谁"),
    *("{subject}{clause}有哪些", "谁{clause}", "请问{subject}{clause}吗", "{subject}怎么{clause}"),
    *("{subject}{clause}是怎么回事", "{subject}{clause}，是哪里", "{subject}{clause}是怎样的", "哪个{clause}"),
    *("{subject}为什么{clause}", "{subject}如何{clause}", "{subject}{clause}"),
)


def made_questions(pair_sets: Sequence[PairSet], seed: int) -> PairSet:
    """A data set of questions about the paragraphs of the others, each with its paragraph."""
    chance = random.Random(seed)
    chosen = (pair_set for pair_set in pair_sets if pair_set.name in PARAGRAPHS_OF)
    paragraphs = dict.fromkeys(paragraph for pair_set in chosen for _, paragraph in pair_set.pairs)
    return PairSet(NAME, tuple(dict.fromkeys(_pairs(paragraphs, chance))))


def _pairs(paragraphs: Iterable[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    for paragraph in paragraphs:
        sentences = SENTENCE.findall(paragraph)
        if len(sentences) > 1:
            for _ in range(OF_A_PARAGRAPH):
                if asked := question(paragraph, chance.choice(sentences), chance):
                    yield asked, paragraph


def question(paragraph: str, sentence: str, chance: random.Random) -> str:
    """A question about a clause of the sentence, empty where none is long enough: its year or number, or in a form."""
    clauses = [part for part in CLAUSES.split(sentence) if SHORTEST <= len(part) <= LONGEST]
    if not clauses:
        return ""
    clause = chance.choice(clauses)
    subject = SUBJECT_END.split(paragraph, 1)[0][:SUBJECT_CHARACTERS] if chance.random() < NAMED else ""
    if clause.startswith(subject):
        subject = ""
    if DAY.search(clause):
        return f"{subject}{DAY.sub(chance.choice(('哪一年', '什么时候')), clause, count=1)}？"
    if NUMBER.search(clause):
        return f"{subject}{NUMBER.sub(chance.choice(('多少', '几')), clause, count=1)}？"
    return f"{chance.choice(FORMS).format(subject=subject, clause=clause)}？"
