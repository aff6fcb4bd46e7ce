"""Rerankers: what they give, what they refuse, and what becomes of a search that uses one."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import BaseDocumentCompressor, Document
from tests import tiny

from askspeech import Answerer, SpeechIndex
from askspeech.cli import main
from askspeech.errors import ModelError
from askspeech.fusion import RERANKED
from askspeech.reranker import CompressorReranker, CrossEncoderReranker, Reranker, load_reranker
from askspeech.settings import IndexSettings

QUESTION = "政府欠企业的钱怎么办"
TEXTS = ("融资难怎么破解。", "政府清理企业的账款。", "帮办代办专窗。", "\ud800", "", "货运班列补贴。")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.cross_encoder(tmp_path_factory.mktemp("reranker"))


@pytest.fixture(scope="module")
def reranker(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(str(folder))


# CrossEncoders.


def test_scores_are_those_of_the_library_whatever_the_batch(folder: Path, reranker: CrossEncoderReranker) -> None:
    from sentence_transformers import CrossEncoder

    scores = reranker.scores(QUESTION, TEXTS)
    pairs = [(QUESTION, text) for text in TEXTS if text != "\ud800"]
    theirs = CrossEncoder(str(folder), device="cpu").predict(pairs, show_progress_bar=False)
    assert [score for score, text in zip(scores, TEXTS, strict=True) if text != "\ud800"] == pytest.approx(list(theirs))
    assert len(set(scores)) == len(TEXTS)
    assert CrossEncoderReranker(str(folder), batch_size=2).scores(QUESTION, TEXTS) == pytest.approx(scores, abs=1e-5)
    assert reranker.scores(QUESTION, []) == []
    assert reranker.scores("\ud800", ["政府" * 5000]) == reranker.scores("?", ["政府" * 5000])


def test_a_model_that_tells_classes_apart_is_no_reranker(tmp_path: Path) -> None:
    judge = CrossEncoderReranker(str(tiny.cross_encoder(tmp_path, labels=3)))
    with pytest.raises(ModelError, match=r"shape \(2, 3\).*leave ASKSPEECH_RERANKER empty"):
        judge.scores(QUESTION, TEXTS[:2])


def test_the_settings_name_one_or_none(folder: Path) -> None:
    assert load_reranker(IndexSettings()) is None
    named = load_reranker(IndexSettings(reranker=str(folder), batch_size=4))
    assert isinstance(named, CrossEncoderReranker)
    assert named.name == str(folder)


# LangChain compressors.


class ByLength(BaseDocumentCompressor):
    """Prefers long texts; gives back at most so many, with their scores where it is told to."""

    most: int = 100
    scored: bool = True
    failure: str = ""

    def compress_documents(self, documents: Sequence[Document], query: str, callbacks: Any = None) -> list[Document]:
        """New documents, as rerankers give them back."""
        if self.failure:
            raise ConnectionError(self.failure)
        best = sorted(documents, key=lambda document: -len(document.page_content))[: self.most]
        added = [{"relevance_score": len(one.page_content) / 10} if self.scored else {} for one in best]
        return [
            Document(page_content="shortened", metadata={**one.metadata, **more})
            for one, more in zip(best, added, strict=True)
        ]


def order(scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: (-scores[place], place))


@pytest.mark.parametrize("scored", [True, False], ids=["with scores", "by order"])
def test_a_compressor_orders_texts_and_what_it_drops_comes_last_in_the_old_order(scored: bool) -> None:
    texts = ["一", "四四四四", "二二", "三三三", "五五五五五"]
    everything = CompressorReranker(ByLength(scored=scored)).scores(QUESTION, texts)
    assert order(everything) == [4, 1, 3, 2, 0]
    assert (everything == [0.1, 0.4, 0.2, 0.3, 0.5]) is scored
    some = CompressorReranker(ByLength(scored=scored, most=2)).scores(QUESTION, texts)
    assert order(some) == [4, 1, 0, 2, 3]
    assert CompressorReranker(ByLength(scored=scored, most=0)).scores(QUESTION, texts) == [-1.0] * 5
    assert CompressorReranker(ByLength()).scores(QUESTION, []) == []


def test_a_compressor_has_the_name_of_its_class_or_another() -> None:
    assert CompressorReranker(ByLength()).name == "ByLength"
    judge: Reranker = CompressorReranker(ByLength(), "cohere")
    assert judge.name == "cohere"


class Spoils(ByLength):
    """Gives back something else than documents that it was given."""

    metadata: dict[str, Any]

    def compress_documents(self, documents: Sequence[Document], query: str, callbacks: Any = None) -> list[Document]:
        """One document, with other metadata."""
        return [Document(page_content="made up", metadata={**documents[0].metadata, **self.metadata})]


@pytest.mark.parametrize(
    ("compressor", "message"),
    [
        pytest.param(ByLength(failure="connection refused"), "did not answer: connection refused", id="fails"),
        pytest.param(Spoils(metadata={"askspeech_place": None}), "not given.*'made up'", id="unknown"),
        pytest.param(Spoils(metadata={"askspeech_place": 7}), "not given.*'made up'", id="out of range"),
        pytest.param(Spoils(metadata={"relevance_score": float("nan")}), "no numbers", id="not a number"),
        pytest.param(Spoils(metadata={"relevance_score": "best"}), "no numbers", id="a word"),
    ],
)
def test_a_compressor_that_fails_is_a_model_error_that_says_how_to_go_on(compressor: ByLength, message: str) -> None:
    with pytest.raises(ModelError, match=f"(?s){message}.*ASKSPEECH_RERANKER"):
        CompressorReranker(compressor, "judge").scores(QUESTION, TEXTS)


# In a search.


class Recorded:
    """Prefers texts that hold some words, and writes down what it was asked."""

    name = "recorded"

    def __init__(self, words: str) -> None:
        self.words = words
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.asked.append((question, tuple(texts)))
        return [float(self.words in text) for text in texts]


@pytest.fixture
def recorded() -> Recorded:
    return Recorded("货运班列")


@pytest.fixture
def judged(store: Path, recorded: Recorded) -> Iterator[SpeechIndex]:
    with SpeechIndex.open(store, reranker=recorded) as opened:
        yield opened


def test_the_first_passages_are_read_and_reordered_before_near_copies_are_put_together(
    judged: SpeechIndex, index: SpeechIndex, recorded: Recorded
) -> None:
    question = "融资难怎么破解"
    before, after = index.search(question, k=40), judged.search(question, k=40)
    assert "货运班列" in after.hits[0].passage.text and "货运班列" not in before.hits[0].passage.text
    assert after.hits[0].found_by[-1] == "rerank 1"
    assert {hit.passage.id for hit in after} == {hit.passage.id for hit in before}
    assert [hit.score for hit in after] == [hit.score for hit in before] != []
    ((asked, texts),) = recorded.asked
    assert asked == question
    assert len(texts) == min(RERANKED, index.passage_count())
    first = before.hits[0].passage
    assert texts[0] == "\n".join((*first.heading_path[-2:], first.text))
    assert judged.search(question, k=3).hits == after.hits[:3]


def test_only_the_hybrid_way_is_reranked(judged: SpeechIndex, index: SpeechIndex, recorded: Recorded) -> None:
    for way in ("keyword", "dense", "late"):
        assert judged.search("融资难怎么破解", way=way).hits == index.search("融资难怎么破解", way=way).hits
    assert recorded.asked == []


def test_a_question_in_english_is_read_as_it_was_asked(judged: SpeechIndex, recorded: Recorded) -> None:
    question = "Who pays the debts owed to enterprises?"
    assert judged.search(question).search_question != question
    assert recorded.asked[0][0] == question


def test_answers_and_the_retriever_use_it(judged: SpeechIndex, recorded: Recorded) -> None:
    assert "货运班列" in judged.as_retriever(k=1).invoke("融资难怎么破解")[0].page_content
    answer = Answerer(judged).ask("融资难怎么破解？")
    assert "rerank 1" in answer.search.hits[0].found_by
    assert len(recorded.asked) == 2


def test_a_reranker_that_fails_while_searching_is_a_model_error(store: Path) -> None:
    broken = CompressorReranker(ByLength(failure="connection refused"), "judge")
    with SpeechIndex.open(store, reranker=broken) as index:
        with pytest.raises(ModelError, match="reranker judge did not answer"):
            index.search(QUESTION)
        assert index.search(QUESTION, way="keyword").hits


def test_the_command_line_uses_the_one_of_the_settings(
    store: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASKSPEECH_RERANKER", str(folder))
    assert main(["ask", QUESTION, "--store", str(store), "--json", "-k", "3"]) == 0
    printed = capsys.readouterr()
    json.loads(printed.out)
    assert printed.err == ""
    with SpeechIndex.open(store, IndexSettings(reranker=str(folder))) as index:
        best = index.search(QUESTION, k=40).hits
    assert sorted(int(hit.found_by[-1].removeprefix("rerank ")) for hit in best) == list(range(1, len(best) + 1))


def test_a_reranker_that_cannot_be_loaded_is_one_sentence(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ASKSPEECH_RERANKER", str(tmp_path))
    assert main(["ask", QUESTION, "--store", str(store)]) == 1
    complaint = capsys.readouterr().err
    assert complaint.count("\n") == 1 and "leave it empty to search without a reranker" in complaint
    assert main(["speeches", "--store", str(store)]) == 0, "what searches for nothing needs none"
