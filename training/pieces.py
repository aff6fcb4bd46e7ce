"""The tokenizer: Unigram pieces over normalised text, trained once and then kept.

Hugging Face's trainer gives other scores and another order of pieces in each run, so that weights trained for one
tokenizer do not fit the next: `tokenizer.json` beside this file is part of the project.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.sets import read_lines
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from training.pairs import HeldOut, PairSet

VOCABULARY = 24_000
PIECE_CHARACTERS = 10
UNKNOWN = "[UNK]"
LAW_SHARE = 16
"""Every sixteenth law is enough: laws would drown the speeches otherwise, and training grows faster than its text."""
FROM_CORPORA = ("gov_lead_rest", "gov_title_body", "law_chapter_article")
"""Data sets made from the corpora, whose texts are there already."""


def corpus_lines(corpora: Path) -> Iterator[str]:
    """The lines of the reports and notices, and of every sixteenth law."""
    for path in sorted((corpora / "government-reports").glob("*.txt")):
        yield from path.read_text(encoding="utf-8").splitlines()
    for row in read_lines(corpora / "notices-2020.jsonl.gz"):
        yield from str(row["text"]).splitlines()
    for number, row in enumerate(read_lines(corpora / "laws.jsonl.gz")):
        if number % LAW_SHARE == 0:
            yield from str(row["text"]).splitlines()


def training_lines(corpora: Path, pair_sets: Iterable[PairSet], held_out: HeldOut) -> Iterator[str]:
    """What the tokenizer is trained on: the corpora, and every text of the other pairs once."""
    yield from (line for line in corpus_lines(corpora) if not held_out.shares(line))
    others = [pair_set for pair_set in pair_sets if pair_set.name not in FROM_CORPORA]
    yield from dict.fromkeys(text for pair_set in others for pair in pair_set.pairs for text in pair)


def train_tokenizer(lines: Iterable[str]) -> Tokenizer:
    """A Unigram tokenizer: NFKC, lower case, digits, punctuation and scripts split off from each other."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Punctuation("isolated"),
            pre_tokenizers.Digits(individual_digits=False),
            pre_tokenizers.UnicodeScripts(),
        ]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=VOCABULARY,
        max_piece_length=PIECE_CHARACTERS,
        special_tokens=[UNKNOWN],
        unk_token=UNKNOWN,
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer
