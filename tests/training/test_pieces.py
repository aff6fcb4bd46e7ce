"""The tokenizer: what it is trained on, what it cuts apart, and the one that is kept."""

import re
from pathlib import Path

import pytest
import training
from tests.training import invented
from tokenizers import Tokenizer
from training.pairs import HeldOut, PairSet
from training.pieces import (
    FROM_CORPORA,
    PIECE_CHARACTERS,
    UNKNOWN,
    VOCABULARY,
    corpus_lines,
    train_tokenizer,
    training_lines,
)

KEPT = Path(training.__file__).with_name("tokenizer.json")


@pytest.fixture(scope="module")
def small() -> Tokenizer:
    """A tokenizer of some invented pairs."""
    return train_tokenizer(text for pair in invented.pairs(120) for text in pair)


@pytest.fixture(scope="module")
def kept() -> Tokenizer:
    """The tokenizer that is part of the project."""
    return Tokenizer.from_file(str(KEPT))


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """Reports, notices and laws of a line or two each, one line of them measured on."""
    (tmp_path / "government-reports").mkdir()
    for name in ("b", "a"):
        (tmp_path / "government-reports" / f"{name}.txt").write_text(f"报告{name}\n第二行\n", encoding="utf-8")
    invented.write_lines(tmp_path / "notices-2020.jsonl.gz", [{"text": f"通知\n{invented.PASSAGE}"}])
    invented.write_lines(tmp_path / "laws.jsonl.gz", ({"text": f"法律{number}"} for number in range(33)))
    return tmp_path


def pieces(tokenizer: Tokenizer, text: str) -> list[str]:
    return list(tokenizer.encode(text, add_special_tokens=False).tokens)


def test_a_small_tokenizer_learns_words_of_its_texts(small: Tokenizer) -> None:
    assert "货运班列" in "".join(pieces(small, "货运班列"))
    assert len(pieces(small, "货运班列")) < len("货运班列")
    assert small.token_to_id(UNKNOWN) == 0
    assert pieces(small, "鑫") == ["鑫"]
    assert small.encode("鑫").ids == [0]


@pytest.mark.parametrize("tokenizer", ["small", "kept"])
def test_pieces_are_short_and_keep_figures_marks_and_scripts_apart(
    tokenizer: str, request: pytest.FixtureRequest
) -> None:
    vocabulary = set(request.getfixturevalue(tokenizer).get_vocab()) - {UNKNOWN}
    assert max(map(len, vocabulary)) <= PIECE_CHARACTERS == 10
    mixed = re.compile(r"\d[^\d]|[^\d]\d|[，。！？、：；](?=.)|.[，。！？、：；]|[a-z][一-龥]|[一-龥][a-z]|\s|[A-Z]")
    assert [piece for piece in vocabulary if mixed.search(piece)] == []


def test_the_kept_tokenizer_is_as_described(kept: Tokenizer) -> None:
    assert kept.get_vocab_size() == VOCABULARY == 24_000
    assert kept.token_to_id(UNKNOWN) == 0
    assert pieces(kept, "ＧＤＰ增长５％") == pieces(kept, "gdp增长5%")
    assert "".join(pieces(kept, "优化 营商\n环境")) == "优化营商环境"


def test_corpora_give_all_reports_and_notices_and_every_sixteenth_law(corpora: Path) -> None:
    expected = ["报告a", "第二行", "报告b", "第二行", "通知", invented.PASSAGE, "法律0", "法律16", "法律32"]
    assert list(corpus_lines(corpora)) == expected


def test_nothing_measured_is_trained_on_and_texts_of_pairs_come_once(corpora: Path) -> None:
    pair_sets = [PairSet("cmrc2018_trial", (("问", "段"), ("再问", "段"))), PairSet(FROM_CORPORA[0], (("首", "尾"),))]
    lines = list(training_lines(corpora, pair_sets, HeldOut(invented.MEASURED)))
    assert invented.PASSAGE not in lines
    assert lines[-5:] == ["法律16", "法律32", "问", "段", "再问"]
