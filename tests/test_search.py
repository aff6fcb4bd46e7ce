"""Searching an index: ways, filters, limits, and following a new generation."""

import json
import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.embeddings import DeterministicFakeEmbedding

from askspeech import Answerer, Filters, SpeechIndex, Turn, build_index
from askspeech.datatypes import Way, slices
from askspeech.embedder import LangChainEmbedder, StaticEmbedder, builtin_embedder
from askspeech.errors import QuestionError, StoreMismatchError, StoreMissingError
from askspeech.filtering import NOTHING_FILTERED
from askspeech.legs import Encoders
from askspeech.manifest import MANIFEST, SCHEMA
from askspeech.store import Store

WAYS: tuple[Way, ...] = ("keyword", "dense", "late", "hybrid")


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
        assert slices(index.source(hit.passage.source_id).text, hit.passage.spans) == hit.passage.text


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
    assert result.notices[0] == NOTHING_FILTERED
    assert "“火星”" in result.notices[1] and "青禾县" in result.notices[1]


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


class Tokens(StaticEmbedder):
    """The built-in embedder with a fingerprint of its own, as that of another askspeech would have."""

    def __init__(self) -> None:
        builtin = builtin_embedder()
        self.__dict__.update(vars(builtin), name="others", fingerprint="f" * 64)


def test_another_embedder_is_refused_in_one_sentence_with_both_names_and_the_command(store: Path) -> None:
    fake = LangChainEmbedder(DeterministicFakeEmbedding(size=12), "a fake one")
    with pytest.raises(StoreMismatchError) as caught:
        SpeechIndex.open(store, embedder=fake)
    message = str(caught.value)
    assert "'askspeech-static' (" in message and "'a fake one' (" in message
    assert message.endswith(f"askspeech build --store {store}")
    assert "\n" not in message


def test_the_embedder_that_built_an_index_opens_it_and_one_of_another_dimension_does_not(
    corpus: Path, tmp_path: Path
) -> None:
    built, other = (LangChainEmbedder(DeterministicFakeEmbedding(size=size), "fake") for size in (12, 16))
    build_index([corpus], store=tmp_path, embedder=built)
    with SpeechIndex.open(tmp_path, embedder=built) as index:
        assert index.search("营商环境", way="dense").hits
        assert any(hit.found_by[0].startswith("keyword") for hit in index.search("融资难怎么破解"))
    with pytest.raises(StoreMismatchError, match=r"'fake'.*'fake'"):
        SpeechIndex.open(tmp_path, embedder=other)
    with pytest.raises(StoreMismatchError, match=r"'fake'.*'askspeech-static'.*askspeech build --store"):
        SpeechIndex.open(tmp_path)


def test_other_built_in_token_vectors_are_refused_whatever_the_embedder_is(store: Path) -> None:
    with pytest.raises(StoreMismatchError, match=rf"'others' \(f{{12}}\): build the index again.* --store {store}$"):
        SpeechIndex(Store(store), Encoders(builtin_embedder(), Tokens()))


def test_an_index_that_another_embedder_built_anew_is_not_taken_over(corpus: Path, tmp_path: Path) -> None:
    build_index([corpus], store=tmp_path)
    with SpeechIndex.open(tmp_path) as index:
        before = index.generation
        build_index(store=tmp_path, embedder=LangChainEmbedder(DeterministicFakeEmbedding(size=12), "fake"))
        assert not index.refresh()
        assert index.generation == before
        (notice,) = index.search("融资难怎么破解").notices
        assert "'fake'" in notice and "askspeech build --store" in notice
        assert "newest index cannot be used" in notice and "资料库的最新版本无法使用" in notice
        assert not index.refresh()
        assert index.notices == (notice,), "it is said until another one is published"
        build_index(store=tmp_path)
        assert index.refresh()
        assert index.search("融资难怎么破解").notices == ()


def publish_again(place: Path, **values: object) -> None:
    """Publish the generation in use once more, with these values in its manifest."""
    current = Store(place).current()
    assert current is not None
    with Store(place).writer() as writer:
        draft = Path(shutil.copytree(current, writer.draft(), dirs_exist_ok=True))
        written = json.loads((draft / MANIFEST).read_text(encoding="utf-8"))
        (draft / MANIFEST).write_text(json.dumps(written | values), encoding="utf-8")
        writer.publish(draft)


def test_an_index_of_another_askspeech_is_not_taken_over(store: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(store, tmp_path / "store"))
    with SpeechIndex.open(place) as index:
        publish_again(place, schema=999)
        for _ in range(2):
            assert not index.refresh()
            assert index.search("融资难怎么破解").hits
            (notice,) = index.notices
            assert "newest index cannot be used" in notice and "schema 999" in notice
        publish_again(place, schema=SCHEMA)
        assert index.refresh()
        assert index.notices == ()


def test_a_closed_index_goes_over_to_nothing(store: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(store, tmp_path / "store"))
    index = SpeechIndex.open(place)
    index.close()
    publish_again(place)
    assert not index.refresh()
    with pytest.raises(StoreMissingError, match="closed"):
        index.speeches()


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


def test_what_belongs_to_a_hit_is_added_and_named_apart(tmp_path: Path) -> None:
    thoughts = "".join(
        f"因此{place}的窗口要把拖欠企业的钱一笔一笔还清，还不清的写进台账，逐月公布。"
        for place in ("青禾", "云陵", "石鸢", "栎湾", "银杏", "白露", "清和", "长桥", "南塘", "北岭", "东浦", "西岩")
    )
    (tmp_path / "a.txt").write_text(
        f"在青禾县优化营商环境大会上的讲话\n同志们：\n一、清理欠款\n{thoughts}\n二、优化服务\n窗口要多开。\n",
        encoding="utf-8",
    )
    build_index([tmp_path / "a.txt"], store=tmp_path / "store")
    with SpeechIndex.open(tmp_path / "store") as index:
        text = index.source_texts()["a.txt"]
        hits = index.search("拖欠企业的钱怎么还？", k=20).hits
        assert [hit.spans for hit in hits] == [(*hit.passage.spans, *hit.added) for hit in hits]
        leaning = [hit for hit in hits if hit.passage.text.startswith("因此")]
        assert leaning
        for hit in leaning:
            before = text.rindex("因此", 0, hit.passage.spans[0].start)
            assert "".join(text[start:end] for start, end in hit.added) == text[before : hit.passage.spans[0].start]
        assert not any(hit.added for hit in hits if hit not in leaning)
        assert not any(hit.added for hit in index.search("拖欠企业的钱怎么还？", k=20, way="keyword"))


def test_a_question_is_rewritten_where_it_does_not_stand_alone(samples_index: SpeechIndex) -> None:
    history = [Turn("市里年初定的五场硬仗是哪五场？")]
    found = samples_index.search("那第一场呢？", history=history, rewrite=lambda *_: "市里定的第一场硬仗是什么？")
    assert found.search_question == "市里定的第一场硬仗是什么？"
    alone = "市里年初定的五场硬仗是哪五场？"
    assert samples_index.search(alone, rewrite=lambda *_: "别的问题").search_question == alone


def test_the_copies_of_a_hit_are_hits_of_their_own_speeches(tmp_path: Path) -> None:
    folder, store = tmp_path / "speeches", tmp_path / "store"
    folder.mkdir()
    shared = (
        "营商环境没有最好，只有更好。各部门要把企业的呼声作为第一信号，把企业的难题作为第一要务，"
        "对企业反映的事项三日内答复、十日内办结，办结情况由企业评价，评价结果每月在政务大厅公开。"
    )
    for name in ("栗阳", "苇塘", "鹿鸣"):
        (folder / f"{name}.txt").write_text(f"在{name}县大会上的讲话\n\n同志们：\n\n{shared}\n", encoding="utf-8")
    build_index([folder], store=store)
    with SpeechIndex.open(store) as opened:
        hit = opened.search("企业反映的事项几日内答复？").hits[0]
        copies = opened.copies_of(hit)
        assert sorted(copy.passage.id for copy in copies) == sorted(hit.copies)
        assert len({hit.speech.id, *(copy.speech.id for copy in copies)}) == 3
        assert {copy.score for copy in copies} == {hit.score}
        assert all("三日内答复" in copy.passage.text for copy in copies)
        assert opened.copies_of(copies[0]) == ()
        answer = Answerer(opened).ask("企业反映的事项几日内答复？")
    assert answer.text.count("三日内答复") == 1
    assert {citation.speech_id for citation in answer.citations} == {hit.speech.id, *(one.speech.id for one in copies)}
