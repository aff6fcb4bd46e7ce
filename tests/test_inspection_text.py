"""What a source was read as, for a terminal."""

from pathlib import Path

from tests.reading import understood

from askspeech.inspection_text import inspection_text

SCAN = Path(__file__).parent / "data" / "samples" / "scan_0917-001.txt"


def _text(*, colours: bool) -> str:
    return inspection_text(understood(SCAN), colours=colours)


def test_plain_text_marks_drops_and_blanks() -> None:
    text = _text(colours=False)
    assert "⟦第 2 页 共 6 页: page number⟧" in text
    assert "⟨XXX.X⟩" in text
    assert "dropped, page number: 33" in text
    assert "\x1b" not in text


def test_colours_strike_out_what_was_dropped() -> None:
    assert "\x1b[2;9m第 2 页" in _text(colours=True)
