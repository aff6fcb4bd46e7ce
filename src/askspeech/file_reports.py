"""What a finished catalogue says of every file: speeches, passages, and the characters that were dropped, by reason."""

from askspeech.build_report import FileReport
from askspeech.catalog import Catalog
from askspeech.cleaning import BLANK_SPACE
from askspeech.datatypes import Source

__all__ = ["file_reports"]


def file_reports(catalog: Catalog) -> tuple[FileReport, ...]:
    """A report for every source, by file."""
    speeches, passages = catalog.speeches_by_source(), catalog.passages_by_source()
    return tuple(
        FileReport(
            file=source.file,
            speeches=speeches[source.id],
            passages=passages.get(source.id, 0),
            characters=len(source.text),
            dropped=_dropped(catalog, source),
            copies=source.copies,
            notices=source.layout.notices,
        )
        for source in catalog.sources(with_text=True)
    )


def _dropped(catalog: Catalog, source: Source) -> tuple[tuple[str, int], ...]:
    dropped: dict[str, int] = {}
    for drop in catalog.drops(source.id):
        if drop.reason != BLANK_SPACE:
            dropped[drop.reason] = dropped.get(drop.reason, 0) + drop.span.end - drop.span.start
    return tuple(sorted(dropped.items()))
