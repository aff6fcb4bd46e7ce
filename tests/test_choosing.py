"""Which generation answers when one is damaged, and what is said of it."""

import shutil
from pathlib import Path

import pytest

from askspeech import Answerer, SpeechIndex, build_index
from askspeech.choosing import choose
from askspeech.errors import StoreDamagedError, StoreMissingError
from askspeech.store import CURRENT, Store

QUESTION = "政府拖欠企业账款的台账由哪个部门牵头建立？"


@pytest.fixture
def damaged(store: Path, tmp_path: Path) -> Path:
    """A copy of the store that a test may damage."""
    return Path(shutil.copytree(store, tmp_path / "store"))


def with_an_earlier_one(corpus: Path, tmp_path: Path, place: Path) -> Path:
    """A second generation, which holds one speech more; the first stays behind it."""
    folder = Path(shutil.copytree(corpus, tmp_path / "speeches"))
    (folder / "new.txt").write_text(
        "同志们：\n\n关于夜间经济，要在河滨路建设夜市一条街，摊位免租一年。", encoding="utf-8"
    )
    build_index([folder], store=place)
    return folder


def generation(place: Path) -> Path:
    current = Store(place).current()
    assert current is not None
    return current


def test_a_sound_index_has_nothing_to_say(store: Path) -> None:
    choice = choose(Store(store))
    choice.held.close()
    assert (choice.vectors_problem, choice.notices) == ("", ())


def test_without_its_vectors_the_keyword_index_answers(damaged: Path) -> None:
    shutil.rmtree(generation(damaged) / "chroma")
    with SpeechIndex.open(damaged) as index:
        result = index.search(QUESTION)
        assert any("县财政局牵头" in hit.passage.text for hit in result.hits[:3])
        assert any(reason.startswith("late interaction") for hit in result for reason in hit.found_by)
        (notice,) = result.notices
        assert "向量索引损坏，已改用关键词检索" in notice
        assert f"askspeech build --store {damaged}" in notice
        answer = Answerer(index).ask(QUESTION)
        assert (answer.outcome, answer.notices) == ("answered", (notice,))
        with pytest.raises(StoreDamagedError, match=r"chroma\.sqlite3"):
            index.search(QUESTION, way="dense")


def test_vectors_that_fail_later_are_not_asked_again(damaged: Path) -> None:
    with SpeechIndex.open(damaged) as index:
        assert index.notices == ()
        with index._reading() as opened:
            assert opened._vectors is not None
            opened._vectors.close()
            opened.vectors_problem = "seen before"
        assert index.search(QUESTION).hits
        assert len(index.notices) == 1


def test_a_build_repairs_the_vectors_and_embeds_nothing(damaged: Path) -> None:
    (generation(damaged) / "chroma" / "chroma.sqlite3").write_bytes(b"")
    with SpeechIndex.open(damaged) as index:
        assert len(index.notices) == 1
        report = build_index(store=damaged)
        assert report.embedded == 0
        assert index.refresh()
        assert index.notices == ()
        assert index.search(QUESTION, way="dense").hits


@pytest.mark.parametrize("part", ["catalog.db", "manifest.json", "keywords/meta.json", "readers", CURRENT])
def test_the_generation_before_answers(part: str, corpus: Path, damaged: Path, tmp_path: Path) -> None:
    earlier = generation(damaged).name
    with_an_earlier_one(corpus, tmp_path, damaged)
    newest = generation(damaged)
    path = damaged / CURRENT if part == CURRENT else newest / part
    path.unlink() if part == "readers" else path.write_bytes(b"\x00\xffgarbage")
    with SpeechIndex.open(damaged) as index:
        (notice,) = index.notices
        assert "已改用上一个版本" in notice
        assert index.generation == (newest.name if part == CURRENT else earlier)
        assert index.search(QUESTION).notices == (notice,)
        assert not index.refresh()


def test_with_nothing_to_fall_back_on_it_is_said(damaged: Path) -> None:
    (generation(damaged) / "catalog.db").write_bytes(b"garbage")
    with pytest.raises(StoreDamagedError, match=r"no earlier one to fall back on.*askspeech build FOLDER"):
        SpeechIndex.open(damaged)


def test_a_damaged_newer_index_is_not_gone_over_to(corpus: Path, damaged: Path, tmp_path: Path) -> None:
    with SpeechIndex.open(damaged) as index:
        before = index.generation
        with_an_earlier_one(corpus, tmp_path, damaged)
        (generation(damaged) / "catalog.db").write_bytes(b"garbage")
        assert not index.refresh()
        assert index.generation == before
        assert index.search(QUESTION).hits
        assert len(index.notices) == 1


def test_a_missing_current_is_damage_only_where_something_was_built(damaged: Path, tmp_path: Path) -> None:
    (damaged / CURRENT).unlink()
    with SpeechIndex.open(damaged) as index:
        assert len(index.notices) == 1
    with pytest.raises(StoreMissingError):
        choose(Store(tmp_path / "none"))
