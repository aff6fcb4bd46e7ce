"""Files to documents: one of equal texts, and what an earlier catalogue holds is not understood again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askspeech.catalog import Catalog
from askspeech.cleaning_rules import default_rules
from askspeech.corpus_files import CorpusFile, find_files
from askspeech.datatypes import Document
from askspeech.documents import Contents, read_documents, removed_spans
from askspeech.engines import Workshop, workshop
from askspeech.exclusions import Exclusion
from askspeech.prepared import Prepared
from askspeech.preparing import recipe
from askspeech.progress import Progress, silent
from askspeech.readers import read_source
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

WORDS = "下面，我讲三点意见。窗口服务要再上一个台阶，企业的事要一件一件办好。"
ONE = f"在青禾县座谈会上的讲话\n\n同志们：\n\n{WORDS * 5}\n"
OTHER = f"各位企业家：\n\n{WORDS * 3}银杏产业园要加快建设。\n"
SILENT = "- 3 -\n"
TEXTS = (ONE, OTHER, SILENT, " \n")

Files = Mapping[str, tuple[str, str]]
"""Texts and encodings by the files' names."""


def written(folder: Path, files: Files) -> Path:
    """A folder that holds just these files."""
    for path in folder.glob("*"):
        path.unlink()
    for name, (text, encoding) in files.items():
        (folder / name).write_bytes(text.encode(encoding))
    return folder


@contextmanager
def serial(exclusions: Sequence[Exclusion] = ()) -> Iterator[Workshop]:
    with workshop(recipe(IndexSettings(), default_rules(), removed_spans(exclusions)), "serial") as made:
        yield made


def held(prepared: Prepared) -> Prepared:
    """The same with all of it in memory."""
    rows, keywords = prepared.rows(), prepared.keywords()
    return replace(prepared, rows=lambda: rows, keywords=lambda: keywords)


def read(
    folder: Path, earlier: Catalog | None = None, exclusions: Sequence[Exclusion] = (), progress: Progress = silent
) -> Contents:
    with serial(exclusions) as place:
        contents = read_documents(find_files([folder]), place, earlier, progress, exclusions)
        return replace(contents, fresh=tuple(map(held, contents.fresh)))


def fresh(contents: Contents) -> list[Document]:
    """The documents that are to be written."""
    return [prepared.document() for prepared in contents.fresh]


def documents(contents: Contents, earlier: Catalog | None = None) -> Iterator[Document]:
    """All documents, the kept ones from the earlier catalogue."""
    yield from fresh(contents)
    if earlier is not None:
        yield from (earlier.document(source_id) for source_id in sorted(contents.kept))


def catalogue(path: Path, contents: Contents, earlier: Catalog | None = None) -> None:
    """Write the catalogue that a build of the contents would write."""
    with Catalog.create(path) as catalog:
        for document in documents(contents, earlier):
            catalog.add(document, [passage.id for passage in document.passages])
        catalog.add_files(contents.files)
        catalog.commit()


@contextmanager
def remembered(folder: Path) -> Iterator[Catalog]:
    """The catalogue of what the folder holds now."""
    with TemporaryDirectory() as place:
        catalogue(Path(place, "catalog.db"), read(folder))
        with Catalog.open(Path(place, "catalog.db")) as catalog:
            yield catalog


def by_id(documents: Iterable[Document]) -> dict[str, Document]:
    return {document.source.id: document for document in documents}


def test_every_file_becomes_a_document(tmp_path: Path) -> None:
    folder = written(tmp_path, {"a.txt": (ONE, "utf-8"), "b.md": (OTHER, "gb18030")})
    contents = read(folder)
    assert contents
    assert fresh(contents) == [
        understand(read_source(file), IndexSettings(), default_rules()) for file in find_files([folder])
    ]
    assert (contents.kept, contents.skipped) == (frozenset(), ())
    assert [(file.name, file.encoding, file.source_id) for file in contents.files] == [
        (document.source.file, document.source.encoding, document.source.id) for document in contents.fresh
    ]


def test_files_of_equal_text_are_one_document(tmp_path: Path) -> None:
    names = {"b.txt": (ONE, "utf-8"), "a.txt": (ONE, "gb18030"), "c.md": (ONE, "utf-8"), "d.txt": (OTHER, "utf-8")}
    contents = read(written(tmp_path, names))
    first, second = contents.fresh
    assert (first.source.file, first.source.encoding, first.source.copies) == ("a.txt", "gb18030", ("b.txt", "c.md"))
    assert second.source.copies == ()
    assert sorted((file.name, file.source_id == first.source.id) for file in contents.files) == [
        ("a.txt", True), ("b.txt", True), ("c.md", True), ("d.txt", False),
    ]  # fmt: skip


def test_what_cannot_be_taken_in_is_skipped_with_the_next_step(tmp_path: Path) -> None:
    files = {"page.txt": (SILENT, "utf-8"), "blank.txt": (" \n", "utf-8"), "table.xlsx": ("PK", "utf-8")}
    folder = written(tmp_path, {**files, "good.txt": (ONE, "utf-8")})
    contents = read(folder)
    assert [document.source.file for document in contents.fresh] == ["good.txt"]
    assert [file.name for file in contents.files] == ["good.txt"]
    reasons = {file.file: file.reason for file in contents.skipped}
    assert sorted(reasons) == ["blank.txt", "page.txt", "table.xlsx"]
    assert "holds no speech" in reasons["page.txt"] and "askspeech inspect FILE" in reasons["page.txt"]
    assert "it is empty" in reasons["blank.txt"]
    assert ".xlsx is not one of .bmp" in reasons["table.xlsx"]


def test_files_that_vanish_meanwhile_are_skipped(tmp_path: Path) -> None:
    gone = CorpusFile(tmp_path / "gone.txt", "gone.txt")
    with serial() as place:
        contents = read_documents([gone], place)
    assert not contents
    assert [file.file for file in contents.skipped] == ["gone.txt"]
    assert "Check the name" in contents.skipped[0].reason


def test_a_folder_without_a_document_is_nothing(tmp_path: Path) -> None:
    assert not read(tmp_path)
    assert not read(written(tmp_path, {"page.txt": (SILENT, "utf-8")}))


def test_what_has_not_changed_is_kept(tmp_path: Path) -> None:
    folder = written(tmp_path, {"a.txt": (ONE, "utf-8"), "b.txt": (OTHER, "utf-8"), "c.txt": (ONE, "utf-8")})
    with remembered(folder) as earlier:
        contents = read(folder, earlier)
        assert contents.fresh == ()
        assert contents.kept == {source.id for source in earlier.sources()}
        assert sorted(contents.files) == sorted(earlier.files())
        assert by_id(documents(contents, earlier)) == by_id(fresh(read(folder)))


def test_what_was_removed_is_neither_kept_nor_fresh(tmp_path: Path) -> None:
    folder = written(tmp_path, {"a.txt": (ONE, "utf-8"), "b.txt": (OTHER, "utf-8")})
    with remembered(folder) as earlier:
        (folder / "a.txt").unlink()
        contents = read(folder, earlier)
        assert (contents.fresh, [file.name for file in contents.files]) == ((), ["b.txt"])
        assert contents.kept == {file.source_id for file in contents.files}
        (folder / "b.txt").unlink()
        assert not read(folder, earlier)


@pytest.mark.parametrize(
    ("after", "file", "encoding", "copies"),
    [
        pytest.param({"b.txt": "utf-8", "c.txt": "utf-8"}, "b.txt", "utf-8", ("c.txt",), id="another copy"),
        pytest.param({"b.txt": "gb18030"}, "b.txt", "gb18030", (), id="another encoding"),
        pytest.param({"a.txt": "utf-8", "b.txt": "utf-8"}, "a.txt", "utf-8", ("b.txt",), id="a copy before it"),
        pytest.param({"云陵市2031年推进会.txt": "utf-8"}, "云陵市2031年推进会.txt", "utf-8", (), id="another name"),
    ],
)
def test_the_same_words_elsewhere_are_the_same_document_with_another_source(
    tmp_path: Path, after: Mapping[str, str], file: str, encoding: str, copies: tuple[str, ...]
) -> None:
    folder = written(tmp_path, {"b.txt": (OTHER, "utf-8")})
    with remembered(folder) as earlier:
        written(folder, {name: (OTHER, code) for name, code in after.items()})
        contents = read(folder, earlier)
        (document,) = fresh(contents)
        assert contents.kept == frozenset()
        source = document.source
        assert (source.file, source.encoding, source.copies) == (file, encoding, copies)
        assert fresh(contents) == fresh(read(folder))
        assert source.id == next(iter(earlier.sources())).id


def test_a_new_name_gives_the_facts_that_it_says(tmp_path: Path) -> None:
    folder = written(tmp_path, {"讲话.txt": (OTHER, "utf-8")})
    with remembered(folder) as earlier:
        (folder / "讲话.txt").rename(folder / "云陵市2031年.txt")
        (document,) = fresh(read(folder, earlier))
    assert document.speeches[0].values("place") == ("云陵市",)
    assert document.speeches[0].values("year") == ("2031",)


def test_progress_counts_the_files_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = written(tmp_path, {"a.txt": (ONE, "utf-8"), "b.txt": (SILENT, "utf-8")})
    for files in (find_files([folder]), []):
        with serial() as place:
            read_documents(files, place, None, lambda *step: seen.append(step))
    assert seen == [("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2), ("reading", 0, 0)]


NAMES = ("a.txt", "云陵市2031年.txt", "青禾县.md", "z.txt")
FOLDERS = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.sampled_from(TEXTS), st.sampled_from(("utf-8", "gb18030", "utf-8-sig")))
)


@settings(max_examples=40)
@given(st.lists(FOLDERS, min_size=2, max_size=3))
def test_whatever_is_known_from_before_the_contents_are_those_of_the_folder(states: Sequence[Files]) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place, "speeches")
        folder.mkdir()
        first, *later = states
        path = Path(place, "0.db")
        catalogue(path, read(written(folder, first)))
        for number, state in enumerate(later, 1):
            with Catalog.open(path) as earlier:
                anew, contents = read(written(folder, state)), read(folder, earlier)
                path = Path(place, f"{number}.db")
                catalogue(path, contents, earlier)
                assert by_id(documents(contents, earlier)) == by_id(fresh(anew))
                assert contents.files == anew.files
                assert contents.skipped == anew.skipped
                assert not contents.kept & {document.source.id for document in contents.fresh}
