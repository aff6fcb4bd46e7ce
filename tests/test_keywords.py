import math
import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askspeech.errors import DiskError, StoreDamagedError
from askspeech.keywords import KeywordIndex, spelled

WORDS = {"text_words": 1.0}
PASSAGES: dict[str, tuple[str, list[str]]] = {
    "a": ("one", ["政府", "服务", "企业", "政府"]),
    "b": ("one", ["企业", "融资"]),
    "c": ("two", ["政府", "办事", "大厅"]),
    "d": ("two", ["融资", "贵", "企业", "企业"]),
    "e": ("three", ["Hello", "政府 采购", "x\u3000y"]),
}


def build(
    folder: Path, passages: Mapping[str, tuple[str, Sequence[str]]], fields: Sequence[str] = ("text_words",)
) -> KeywordIndex:
    with KeywordIndex.create(folder, fields) as index:
        for identity, (speech, tokens) in passages.items():
            index.add(identity, speech, {"text_words": tokens})
        index.commit()
    return KeywordIndex.open(folder)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    return build(tmp_path_factory.mktemp("keywords") / "keywords", PASSAGES)


def bm25(passages: Mapping[str, tuple[str, Sequence[str]]], token: str) -> dict[str, float]:
    """BM25 as Lucene and tantivy define it, with k1 = 1.2 and b = 0.75."""
    lengths = {identity: len(tokens) for identity, (_, tokens) in passages.items()}
    mean = sum(lengths.values()) / len(lengths)
    counts = {identity: Counter(tokens)[token] for identity, (_, tokens) in passages.items()}
    having = sum(1 for count in counts.values() if count)
    rarity = math.log(1 + (len(passages) - having + 0.5) / (having + 0.5))
    return {
        identity: rarity * 2.2 * count / (count + 1.2 * (0.25 + 0.75 * lengths[identity] / mean))
        for identity, count in counts.items()
        if count
    }


def test_an_altered_index_holds_what_was_left_and_added(tmp_path: Path) -> None:
    build(tmp_path / "keywords", PASSAGES).close()
    with KeywordIndex.alter(tmp_path / "keywords") as index:
        index.remove(["a", "c", "nowhere"])
        index.add("a", "four", {"text_words": ["大厅", "新词"]})
        index.commit()
    with KeywordIndex.open(tmp_path / "keywords") as index:
        assert sorted(index.ids()) == ["a", "b", "d", "e"]
        assert index.count() == 4
        assert [index.frequency("text_words", token) for token in ("政府", "服务", "大厅", "新词")] == [0, 0, 1, 1]
        assert [found for found, _ in index.query({"text_words": ["大厅"]}, WORDS, 9)] == ["a"]
        assert [found for found, _ in index.query({"text_words": ["大厅"]}, WORDS, 9, ["two"])] == []


@pytest.mark.parametrize("token", ["政府", "企业", "融资", "大厅"])
def test_scores_are_bm25_with_true_frequencies_and_lengths(index: KeywordIndex, token: str) -> None:
    found = dict(index.query({"text_words": [token]}, WORDS, 10))
    assert found == pytest.approx(bm25(PASSAGES, token), rel=1e-4)


def test_scores_add_up_with_repetitions_and_weights(index: KeywordIndex) -> None:
    tokens = {"text_words": ["政府", "企业", "政府"]}
    expected: dict[str, float] = defaultdict(float)
    for token in tokens["text_words"]:
        for identity, score in bm25(PASSAGES, token).items():
            expected[identity] += 2.5 * score
    assert dict(index.query(tokens, {"text_words": 2.5}, 10)) == pytest.approx(dict(expected), rel=1e-4)


def test_tokens_are_indexed_as_they_come(index: KeywordIndex) -> None:
    for token in ("Hello", "政府 采购", "x\u3000y"):
        assert [identity for identity, _ in index.query({"text_words": [token]}, WORDS, 5)] == ["e"]
    for token in ("hello", "采购", "x", "y", "政"):
        assert index.query({"text_words": [token]}, WORDS, 5) == []


def test_speeches_narrow_the_search_and_leave_scores_alone(index: KeywordIndex) -> None:
    tokens = {"text_words": ["政府", "企业"]}
    everywhere = dict(index.query(tokens, WORDS, 10))
    narrowed = dict(index.query(tokens, WORDS, 10, {"two", "unknown"}))
    assert narrowed == {identity: everywhere[identity] for identity in ("c", "d")}
    assert index.query(tokens, WORDS, 10, []) == []
    assert index.query(tokens, WORDS, 10, [f"nowhere {number}" for number in range(40_000)]) == []


def test_fields_have_their_own_weights(tmp_path: Path) -> None:
    with KeywordIndex.create(tmp_path / "keywords", ["text_words", "heading_words"]) as index:
        index.add("in the text", "s", {"text_words": ["企业"], "heading_words": ["政府"]})
        index.add("in the heading", "s", {"text_words": ["政府"], "heading_words": ["企业"]})
        index.commit()
        asked = {"text_words": ["企业"], "heading_words": ["企业"]}
        for weights, best in (
            ({"text_words": 2.0, "heading_words": 1.0}, "in the text"),
            ({"heading_words": 1.0}, "in the heading"),
        ):
            assert index.query(asked, weights, 1)[0][0] == best
        assert index.query(asked, {"text_words": 0.0}, 5) == []


def test_order_of_adding_and_segments_change_nothing(tmp_path: Path) -> None:
    passages = {f"{number:03}": ("s", ["政府", "企业", f"词{number % 7}"]) for number in range(300)}
    asked = {"text_words": ["政府", "词3", "词5"]}
    forwards = build(tmp_path / "forwards", passages)
    backwards = build(tmp_path / "backwards", dict(reversed(passages.items())))
    found = forwards.query(asked, WORDS, 25)
    assert found == backwards.query(asked, WORDS, 25)
    assert [identity for identity, _ in found] == [f"{n:03}" for n in range(300) if n % 7 in (3, 5)][:25]


def test_ties_beyond_the_limit_are_broken_by_id(tmp_path: Path) -> None:
    index = build(tmp_path / "keywords", {f"{number:03}": ("s", ["政府"]) for number in reversed(range(200))})
    assert [identity for identity, _ in index.query({"text_words": ["政府"]}, WORDS, 5)] == [
        "000",
        "001",
        "002",
        "003",
        "004",
    ]


@pytest.mark.parametrize(
    "token", ["长" * 500, "长" * 100_000, "z" * 65_531, "\x00", "a\x00b", "\ud800", "一\t二\n三", "\\"]
)
def test_odd_tokens_are_found_again(tmp_path: Path, token: str) -> None:
    index = build(tmp_path / "keywords", {"odd": ("s", [token, "企业"]), "other": ("s", ["企业", token[:-1] + "甲"])})
    assert [identity for identity, _ in index.query({"text_words": [token]}, WORDS, 5)] == ["odd"]
    assert index.count() == 2


tokens = st.lists(st.text(st.characters(), max_size=30), max_size=8)


@settings(deadline=None, max_examples=200)
@given(asked=tokens, speeches=st.none() | tokens)
def test_no_question_raises(index: KeywordIndex, asked: list[str], speeches: list[str] | None) -> None:
    index.query({"text_words": asked}, WORDS, 5, speeches)


@given(st.text(st.characters()), st.text(st.characters()))
def test_spelling_keeps_tokens_apart_and_in_one_piece(first: str, second: str) -> None:
    assert len(spelled(first).encode().split()) == bool(first)
    assert (spelled(first) == spelled(second)) == (first == second)


def test_a_question_of_two_thousand_tokens(index: KeywordIndex) -> None:
    asked = [f"词{number}" for number in range(2000)] + ["大厅"]
    assert index.query({"text_words": asked}, WORDS, 3)[0][0] == "c"


def test_nothing_asked_nothing_found(index: KeywordIndex) -> None:
    assert index.query({}, WORDS, 5) == []
    assert index.query({"text_words": []}, WORDS, 5) == []
    assert index.query({"text_words": [""]}, WORDS, 5) == []
    assert index.query({"text_words": ["政府"]}, WORDS, 0) == []


def test_ids_and_count(index: KeywordIndex) -> None:
    assert sorted(index.ids()) == list(PASSAGES)
    assert index.count() == 5


def test_an_empty_index(tmp_path: Path) -> None:
    index = build(tmp_path / "keywords", {})
    assert (index.count(), list(index.ids())) == (0, [])
    assert index.query({"text_words": ["政府"]}, WORDS, 5) == []


def test_asking_from_many_threads(index: KeywordIndex) -> None:
    expected = index.query({"text_words": ["政府"]}, WORDS, 5)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: index.query({"text_words": ["政府"]}, WORDS, 5), range(200)))
    assert answers == [expected] * 200


def test_what_is_not_committed_is_lost(tmp_path: Path) -> None:
    with KeywordIndex.create(tmp_path / "keywords", ["text_words"]) as index:
        index.add("a", "s", {"text_words": ["政府"]})
    assert KeywordIndex.open(tmp_path / "keywords").count() == 0


@pytest.mark.parametrize("content", [None, b"", b"no index"])
def test_what_is_no_index_is_damage(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "meta.json").write_bytes(content)
    with pytest.raises(StoreDamagedError, match=r"Build the index again: askspeech build"):
        KeywordIndex.open(tmp_path)


def test_a_missing_folder_is_damage_and_nothing_that_could_be_copied(tmp_path: Path) -> None:
    with pytest.raises(StoreDamagedError, match=r"keywords.+Build the index again: askspeech build"):
        KeywordIndex.open(tmp_path / "keywords")


def test_an_unknown_field_is_damage(index: KeywordIndex) -> None:
    with pytest.raises(StoreDamagedError, match="no_such_field"):
        index.query({"no_such_field": ["政府"]}, {"no_such_field": 1.0}, 5)


def test_a_folder_that_cannot_be_written_to_answers_from_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path / "keywords", PASSAGES).close()
    before = sorted(path.name for path in (tmp_path / "keywords").iterdir())
    (tmp_path / "keywords").chmod(0o555)
    if os.geteuid() == 0:  # root may write everywhere: let the question be answered as for others
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    with KeywordIndex.open(tmp_path / "keywords") as index:
        assert index.count() == 5
    assert sorted(path.name for path in (tmp_path / "keywords").iterdir()) == before
    (tmp_path / "keywords").chmod(0o755)


def test_it_is_made_only_once(tmp_path: Path) -> None:
    build(tmp_path / "keywords", {})
    with pytest.raises(DiskError, match="exists"):
        KeywordIndex.create(tmp_path / "keywords", ["text_words"])


def test_a_closed_or_finished_index_says_so(tmp_path: Path) -> None:
    index = build(tmp_path / "keywords", PASSAGES)
    with pytest.raises(StoreDamagedError, match="finished"):
        index.add("f", "s", {"text_words": ["政府"]})
    index.close()
    with pytest.raises(StoreDamagedError, match="closed"):
        index.count()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts open files in /proc")
def test_closing_releases_files(tmp_path: Path) -> None:
    build(tmp_path / "keywords", PASSAGES).close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        with KeywordIndex.open(tmp_path / "keywords") as index:
            index.query({"text_words": ["政府"]}, WORDS, 5)
    # A few may be opened meanwhile by others in this process; a leak would be of twenty times several.
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 4
