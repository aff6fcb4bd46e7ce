"""What a source was read as: the stretches tile its text and say what was made of it."""

from pathlib import Path

import pytest
from tests.reading import understood

from askspeech.inspection import reasons, stretches

SAMPLES = sorted((Path(__file__).parent / "data" / "samples").iterdir())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_stretches_tile_the_text(path: Path) -> None:
    document = understood(path)
    assert "".join(stretch.text for stretch in stretches(document)) == document.source.text


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_drops_headings_and_blanks_are_marked(path: Path) -> None:
    document = understood(path)
    found = stretches(document)
    dropped = sum(len(stretch.text) for stretch in found if stretch.dropped)
    assert dropped == sum(reasons(document).values())
    assert sum(stretch.begins is not None for stretch in found) == len(document.speeches)
    headings = "".join(stretch.text for stretch in found if stretch.depth)
    assert all(
        document.source.text[s.start : s.end] in headings for one in document.sections for s in one.heading_spans
    )
