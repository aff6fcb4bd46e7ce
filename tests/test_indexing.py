"""Building an index: what it holds, what it skips, what it reuses, and what it refuses."""

import shutil
from pathlib import Path

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from safetensors.numpy import load_file, save_file
from tests import tiny

from askspeech import AskSpeechError, IndexSettings, SpeechIndex, build_index
from askspeech.embedder import LangChainEmbedder
from askspeech.errors import CorpusError, StoreLockedError, StoreMismatchError
from askspeech.store import Store


@pytest.fixture
def folder(corpus: Path, tmp_path: Path) -> Path:
    """A copy of the test corpus that a test may change."""
    return Path(shutil.copytree(corpus, tmp_path / "speeches"))


def test_the_report_names_every_file_and_speech(folder: Path, tmp_path: Path) -> None:
    report = build_index([folder], store=tmp_path / "store")
    assert [file.file for file in report.files] == ["county/opening.txt", "forum.txt"]
    assert report.speeches == 2
    assert report.passages == sum(file.passages for file in report.files) > 10
    assert report.skipped == ()


def test_building_again_gives_the_same_index_and_embeds_nothing(folder: Path, tmp_path: Path) -> None:
    first = build_index([folder], store=tmp_path / "store")
    again = build_index(store=tmp_path / "store", fresh=True)
    elsewhere = build_index([folder], store=tmp_path / "other")
    assert first.embedded == first.passages > 0
    assert again.embedded == 0
    assert first.logical_hash == again.logical_hash == elsewhere.logical_hash
    assert first.generation != again.generation


def test_another_embedder_embeds_everything_anew_and_going_back_does_so_again(folder: Path, tmp_path: Path) -> None:
    first = build_index([folder], store=tmp_path / "store")
    fake = LangChainEmbedder(DeterministicFakeEmbedding(size=12), "fake")
    other = build_index(store=tmp_path / "store", embedder=fake)
    assert (other.built_from, other.embedded) == ("nothing", other.passages)
    assert other.logical_hash != first.logical_hash
    back = build_index(store=tmp_path / "store")
    assert (back.built_from, back.embedded, back.logical_hash) == ("nothing", back.passages, first.logical_hash)


def test_a_sentence_transformer_with_a_changed_weight_embeds_everything_anew(folder: Path, tmp_path: Path) -> None:
    model = tiny.sentence_transformer(tmp_path)
    settings = IndexSettings(embedder=str(model))
    store = tmp_path / "store"
    assert build_index([folder], store=store, settings=settings).built_from == "nothing"
    again = build_index(store=store, settings=settings)
    assert (again.built_from, again.embedded) == ("unchanged", 0)
    weights = load_file(model / "model.safetensors")
    save_file({name: values * 1.01 for name, values in weights.items()}, model / "model.safetensors", {"format": "pt"})
    with pytest.raises(StoreMismatchError, match=f"askspeech build --store {store}"):
        SpeechIndex.open(store, settings)
    changed = build_index(store=store, settings=settings)
    assert (changed.built_from, changed.embedded) == ("nothing", changed.passages)
    with SpeechIndex.open(store, settings) as index:
        assert index.search("融资难怎么破解").hits


def test_bad_files_are_skipped_with_reasons_and_the_good_ones_indexed(folder: Path, tmp_path: Path) -> None:
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\xff\xfe\xfd")
    (folder / "garbled.txt").write_bytes(bytes(range(128, 256)) * 3 + b"\xff")
    (folder / "empty.txt").write_text("  \n \n", encoding="utf-8")
    (folder / "table.xlsx").write_bytes(b"PK\x03\x04")
    (folder / "locked.txt").write_text("同志们：", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder / "nowhere.txt")
    report = build_index([folder], store=tmp_path / "store")
    assert report.speeches == 2 + 1
    assert [file.file for file in report.skipped] == [
        "empty.txt",
        "garbled.txt",
        "link.txt",
        "picture.txt",
        "table.xlsx",
    ]
    assert all(len(file.reason) > 20 for file in report.skipped)


def test_files_with_equal_text_are_one_source(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "forum.txt", folder / "a copy.txt")
    (folder / "gb.txt").write_bytes((folder / "forum.txt").read_text(encoding="utf-8").encode("gb18030"))
    report = build_index([folder], store=tmp_path / "store")
    assert report.speeches == 2
    assert {file.file: file.copies for file in report.files}["a copy.txt"] == ("forum.txt", "gb.txt")


def test_two_roots_with_the_same_path_are_told_apart(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "more"
    other.mkdir()
    (other / "forum.txt").write_text(
        "同志们：\n\n这是另一篇讲话，讲的是仓储物流的事情，要把仓库建好。", encoding="utf-8"
    )
    report = build_index([folder, other], store=tmp_path / "store")
    assert [file.file for file in report.files] == ["county/opening.txt", "more/forum.txt", "speeches/forum.txt"]


@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(lambda root: None, id="a folder that does not exist"),
        pytest.param(lambda root: root.mkdir(), id="an empty folder"),
        pytest.param(lambda root: (root.mkdir(), (root / "a.bin").write_bytes(b"\x00\x01")), id="nothing readable"),
    ],
)
def test_a_corpus_without_speeches_stops_the_build(prepare, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    prepare(tmp_path / "root")
    with pytest.raises(CorpusError, match="root"):
        build_index([tmp_path / "root"], store=tmp_path / "store")
    assert Store(tmp_path / "store").current() is None


def test_a_folder_that_was_emptied_needs_a_word(folder: Path, tmp_path: Path) -> None:
    first = build_index([folder], store=tmp_path / "store")
    shutil.rmtree(folder)
    folder.mkdir()
    with pytest.raises(CorpusError, match="allow-empty"):
        build_index(store=tmp_path / "store")
    assert Store(tmp_path / "store").open_current().name == first.generation
    report = build_index(store=tmp_path / "store", allow_empty=True)
    assert report.passages == 0
    with SpeechIndex.open(tmp_path / "store") as index:
        assert index.search("清理欠款").hits == ()


def test_a_build_without_folders_needs_an_earlier_one(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="No folder"):
        build_index(store=tmp_path / "store")


def test_only_one_build_at_a_time(folder: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "store").writer(), pytest.raises(StoreLockedError) as caught:
        build_index([folder], store=tmp_path / "store")
    assert caught.value.exit_status == 75


def test_a_removed_file_leaves_the_index(folder: Path, tmp_path: Path) -> None:
    build_index([folder], store=tmp_path / "store")
    (folder / "forum.txt").unlink()
    report = build_index(store=tmp_path / "store")
    assert [file.file for file in report.files] == ["county/opening.txt"]
    with SpeechIndex.open(tmp_path / "store") as index:
        assert {hit.passage.file for hit in index.search("民营经济增加值占生产总值的比重", k=50)} == {
            "county/opening.txt"
        }


def test_every_stage_reports_its_progress(folder: Path, tmp_path: Path) -> None:
    seen: dict[str, tuple[int, int]] = {}
    build_index(
        [folder], store=tmp_path / "store", progress=lambda stage, done, total: seen.update({stage: (done, total)})
    )
    written = {"comparing", "embedding", "adding vectors", "adding keywords"}
    assert set(seen) == {"reading", *written, "verifying", "publishing"}
    assert all(done == total for done, total in seen.values())


def test_errors_are_one_tree() -> None:
    assert issubclass(CorpusError, AskSpeechError)


def test_thousands_of_lines_that_hardly_differ_make_a_sound_index(tmp_path: Path) -> None:
    """Chroma's graph does not reach each of them by its own vector, but one that is as good as it."""
    lines = (f"第{n}项工作要各部门要把服务企业的各项工作抓紧抓实抓好，一件一件办好。" for n in range(10_700))
    (tmp_path / "工作.txt").write_text("\n\n".join(("在青禾县会议上的讲话", "同志们：", *lines)), encoding="utf-8")
    report = build_index([tmp_path / "工作.txt"], store=tmp_path / "store")
    assert report.passages > 1000
