"""Searching an index: ways, filters, limits, and following a new generation."""

import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech import Filters, SpeechIndex, Turn, build_index
from askspeech.datatypes import Way, slices
from askspeech.errors import QuestionError, StoreMissingError
from askspeech.search import NOTHING_FILTERED

WAYS: tuple[Way, ...] = ("keyword", "dense", "hybrid")


@pytest.mark.parametrize("way", WAYS)
def test_every_way_finds_the_passage(index: SpeechIndex, way: Way) -> None:
    result = index.search("政府拖欠企业账款的台账由哪个部门牵头建立？", way=way)
    assert any("县财政局牵头" in hit.passage.text for hit in result.hits[:3])
    assert [hit.score for hit in result] == sorted((hit.score for hit in result), reverse=True)


@pytest.mark.parametrize("way", WAYS)
def test_fewer_hits_are_the_first_of_more(index: SpeechIndex, way: Way) -> None:
    some, many = (index.search("融资难怎么破解", k=k, way=way) for k in (3, 40))
    assert some.hits == many.hits[:3]


def test_a_hit_slices_back_to_its_source(index: SpeechIndex) -> None:
    for hit in index.search("驻企联络员多久走访一次企业", k=40):
        assert slices(index.source_text(hit.passage.source_id), hit.passage.spans) == hit.passage.text


def test_an_enumeration_is_found_as_a_whole(index: SpeechIndex) -> None:
    best = index.search("要抓好哪四件实事？").hits[0]
    assert best.passage.kind == "outline"
    assert all(word in best.passage.text for word in ("帮办代办", "清理拖欠账款", "驻企联络员", "物流成本"))


@pytest.mark.parametrize("way", WAYS)
def test_filters_hold_in_every_way(index: SpeechIndex, way: Way) -> None:
    result = index.search("营商环境", k=50, filters=Filters(file=("forum.txt",)), way=way)
    assert {hit.passage.file for hit in result} == {"forum.txt"}
    assert index.search("营商环境", filters=Filters(level=("县",)), way=way).speeches[0].file == "county/opening.txt"


def test_a_filter_that_matches_nothing_says_so(index: SpeechIndex) -> None:
    result = index.search("营商环境", filters=Filters(place=("火星",)))
    assert result.hits == ()
    assert result.notices == (NOTHING_FILTERED,)


def test_a_question_that_leans_on_the_last_one_is_completed(index: SpeechIndex) -> None:
    history = [Turn("驻企联络员制度是怎么安排的？")]
    assert index.search("这件事多久做一次？", history=history).search_question.startswith("驻企联络员")
    assert index.search("物流成本怎么降低？", history=history).search_question == "物流成本怎么降低？"


@pytest.mark.parametrize("question", ["", " \n", "？！……", "—" * 20, "问" * 10_000], ids=lambda question: question[:4])
def test_what_is_no_question_is_refused(index: SpeechIndex, question: str) -> None:
    with pytest.raises(QuestionError):
        index.search(question)


@given(st.text(max_size=200) | st.text("+-*/\"'()[]{}:^~?\\&|! ANDORNOT营商环境\x00\ud800😀", max_size=200))
def test_any_text_gives_results_or_a_typed_error(index: SpeechIndex, question: str) -> None:
    try:
        result = index.search(question, k=3)
    except QuestionError:
        return
    assert len(result) <= 3


def test_a_missing_store_names_the_command_that_builds_it(tmp_path: Path) -> None:
    with pytest.raises(StoreMissingError, match="askspeech build"):
        SpeechIndex.open(tmp_path / "none")


def test_a_new_generation_is_taken_over_between_questions(corpus: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(corpus, tmp_path / "speeches"))
    build_index([folder], store=tmp_path / "store")
    with SpeechIndex.open(tmp_path / "store") as index:
        assert not index.refresh()
        (folder / "new.txt").write_text(
            "同志们：\n\n关于夜间经济，要在河滨路建设夜市一条街，摊位免租一年。", encoding="utf-8"
        )
        build_index(store=tmp_path / "store")
        assert all(hit.passage.file != "new.txt" for hit in index.search("夜市一条街", k=50))
        assert index.refresh()
        assert index.search("夜市一条街").hits[0].passage.file == "new.txt"


def test_many_threads_search_while_the_index_is_replaced(corpus: Path, tmp_path: Path) -> None:
    build_index([corpus], store=tmp_path / "store")
    failures: list[BaseException] = []

    def ask(index: SpeechIndex) -> None:
        try:
            for _ in range(20):
                assert index.search("政府拖欠企业账款", k=3).hits
        except BaseException as error:
            failures.append(error)

    with SpeechIndex.open(tmp_path / "store") as index:
        threads = [threading.Thread(target=ask, args=(index,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        build_index(store=tmp_path / "store")
        index.refresh()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_closed_index_says_so(corpus: Path, store: Path) -> None:
    index = SpeechIndex.open(store)
    index.close()
    index.close()
    with pytest.raises(StoreMissingError, match="closed"):
        index.search("营商环境")


def test_example_questions_are_answered_by_the_index(samples_index: SpeechIndex) -> None:
    questions = samples_index.example_questions(6)
    assert len(questions) == len(set(questions)) == 6
    for question in questions:
        topic = question.split("”")[0].removeprefix("“")
        best = samples_index.search(question).hits[0].passage
        assert topic in "".join((*best.heading_path, best.text)).replace(" ", "").replace("\n", "")
