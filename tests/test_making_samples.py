"""The samples that come with the project are what the maker makes of their texts, and are understood as these are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.alike import assert_alike
from tests.gold import SAMPLES
from tests.making_samples import FOUND_AS, made_samples, write_samples
from tests.reading import understood

from askspeech.corpus_files import find_files, open_file, unpacked
from askspeech.datatypes import Source
from askspeech.formats.table import FORMATS
from askspeech.readers import source_of
from askspeech.reading_pool import ReadingPool
from askspeech.settings import IndexSettings
from askspeech.understanding import understand

COMMITTED = Path(__file__).parents[1] / "ingest" / "samples"


def read_folder(folder: Path) -> dict[str, Source]:
    """Every file of a folder, archives opened, by the path by which it is cited."""
    files, skipped = unpacked(find_files([folder]))
    assert not skipped
    with ReadingPool() as pool:
        opened = [open_file(file) for file in files]
        return {one.name: source_of(one, pool.read(one.format, one.data)) for one in opened}


@pytest.fixture(scope="module")
def committed() -> dict[str, Source]:
    return read_folder(COMMITTED)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Source]]:
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    yield read_folder(folder)


def test_committed_samples_are_what_the_maker_makes(committed: dict[str, Source], made: dict[str, Source]) -> None:
    """Packed files may differ in how their library packs them, not in their text or layout."""
    assert committed.keys() == made.keys() == FOUND_AS.keys()
    for name, source in committed.items():
        assert (source.text, source.layout) == (made[name].text, made[name].layout), name
    for name, data in made_samples().items():
        if name.endswith((".txt", ".md", ".html")):
            assert (COMMITTED / name).read_bytes() == data, name


def test_the_maker_makes_the_same_bytes_again() -> None:
    assert made_samples() == made_samples()


def test_every_format_with_text_occurs(committed: dict[str, Source]) -> None:
    of_pictures_or_converted = {"scan", "picture", "office"}
    assert {source.reader for source in committed.values()} == FORMATS.keys() - of_pictures_or_converted
    assert {source.encoding for source in committed.values()} >= {"gb18030", "utf-8"}


@pytest.mark.parametrize("name", FOUND_AS, ids=lambda name: Path(name).suffix)
def test_a_sample_is_understood_as_its_text_is(name: str, committed: dict[str, Source]) -> None:
    assert_alike(understand(committed[name], IndexSettings()), understood(SAMPLES / FOUND_AS[name]))
