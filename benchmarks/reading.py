"""What reading costs beside python-docx, pypdf and plain reading alone: python -m benchmarks.reading [--json].

A folder of small text files, Word files and PDFs is made of invented text. Then, in turns within one run: the bare
libraries take the text out of every file in this process; the project reads the same files (in its bounded children);
and it reads and understands them (outline, facts, passages). python-docx and pypdf are needed for the comparison only.
"""

import argparse
import dataclasses
import io
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import docx
import pypdf
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from askspeech.cleaning_rules import default_rules
from askspeech.corpus_files import CorpusFile, OpenedFile, find_files, open_file
from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted
from askspeech.formats.table import Format
from askspeech.readers import source_of
from askspeech.reading_pool import ReadingPool
from askspeech.settings import IndexSettings
from askspeech.understanding import understand
from benchmarks.tables import markdown

COUNTS = {"txt": 10_000, "docx": 1_000, "pdf": 200}
PARAGRAPHS = {"txt": 6, "docx": 40, "pdf": 40}
_SUBJECTS = ("县政务服务中心", "市场监管部门", "各镇街", "开发区管委会", "行政审批局", "驻企服务员", "税务部门")
_DEEDS = (
    "把材料压减一半",
    "当面答复企业的诉求",
    "逐条登记台账",
    "公开办事的时限",
    "按月通报进度",
    "取消没有依据的证明",
)
_FONT, _SIZE, _LEADING, _WIDTH = "STSong-Light", 14, 24, 34


def paragraphs(seed: int, count: int) -> list[str]:
    """Invented paragraphs, with headings between them."""
    chance = random.Random(seed)
    lines = [f"在第{seed}次优化营商环境调度会上的讲话", "同志们："]
    for number in range(count):
        if number % 8 == 0:
            lines.append(f"{'一二三四五六七八九十'[number // 8 % 10]}、{chance.choice(_DEEDS)}")
        parts = (f"{chance.choice(_SUBJECTS)}要在{chance.randint(1, 12)}月底以前{chance.choice(_DEEDS)}" for _ in "abc")
        lines.append("，".join(parts) + "。")
    return lines


def text_file(lines: Sequence[str]) -> bytes:
    """A text file."""
    return "\n".join(lines).encode()


def word_file(lines: Sequence[str]) -> bytes:
    """A Word file."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf_file(lines: Sequence[str]) -> bytes:
    """A PDF of a few pages, hard-wrapped."""
    buffer = io.BytesIO()
    page = Canvas(buffer)
    page.setFont(_FONT, _SIZE)
    height = 780
    for line in lines:
        for at in range(0, len(line), _WIDTH):
            if height < 60:
                page.showPage()
                page.setFont(_FONT, _SIZE)
                height = 780
            page.drawString(60, height, line[at : at + _WIDTH])
            height -= _LEADING
    page.save()
    return buffer.getvalue()


def bare_text(data: bytes) -> str:
    """A text file's characters."""
    return data.decode()


def bare_word(data: bytes) -> str:
    """A Word file's paragraphs, by python-docx."""
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def bare_pdf(data: bytes) -> str:
    """A PDF's text, by pypdf."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


MADE: Mapping[str, Callable[[Sequence[str]], bytes]] = {"txt": text_file, "docx": word_file, "pdf": pdf_file}
BARE: Mapping[str, Callable[[bytes], str]] = {"txt": bare_text, "docx": bare_word, "pdf": bare_pdf}


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds for all files of one kind: by the bare library, read by the project, read and understood by it."""

    kind: str
    files: int
    bare: float
    read: float
    understood: float

    @property
    def ratio(self) -> float:
        """What reading takes in terms of the bare library."""
        return self.read / self.bare


def fill(folder: Path, kind: str, count: int) -> None:
    """Write so many files of a kind."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:05}.{kind}").write_bytes(MADE[kind](paragraphs(number, PARAGRAPHS[kind])))


def measured(folder: Path, kind: str, rounds: int) -> Row:
    """The median of several rounds, each way in turns."""
    files = find_files([folder])
    ways: dict[str, list[float]] = {"bare": [], "read": [], "understood": []}
    for _ in range(rounds):
        ways["bare"].append(_seconds(lambda: [BARE[kind](file.path.read_bytes()) for file in files]))
        ways["read"].append(_seconds(lambda: _read(files)))
        ways["understood"].append(_seconds(lambda: _understand(files)))
    return Row(kind, len(files), **{way: statistics.median(taken) for way, taken in ways.items()})


def _read(files: Sequence[CorpusFile]) -> None:
    for _ in _extracted(files):
        pass


def _extracted(files: Sequence[CorpusFile]) -> Iterator[tuple[OpenedFile, Extracted]]:
    """What is taken out of each file, while the next ones are read."""

    def items() -> Iterator[tuple[OpenedFile, tuple[Format, bytes]]]:
        for file in files:
            opened = open_file(file)
            yield opened, (opened.format, opened.data)

    with ReadingPool() as pool:
        for opened, outcome in pool.read_ahead(items()):
            if not isinstance(outcome, Extracted):
                raise ReadError(f"{opened.name}: {outcome}")
            yield opened, outcome


def _understand(files: Sequence[CorpusFile]) -> None:
    for opened, extracted in _extracted(files):
        understand(source_of(opened, extracted), IndexSettings(), default_rules())


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", type=float, default=1.0, help="of the 10,000, 1,000 and 200 files")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    rows = []
    with tempfile.TemporaryDirectory() as place:
        for kind, count in COUNTS.items():
            folder = Path(place, kind)
            fill(folder, kind, max(1, round(count * options.share)))
            rows.append(measured(folder, kind, options.rounds))
    if options.json:
        print(json.dumps([{**dataclasses.asdict(row), "ratio": row.ratio} for row in rows]))
        return 0
    head = ("files", "bare library, s", "read, s", "ratio", "read and understood, s")
    cells = [
        (f"{row.files:,} {row.kind}", f"{row.bare:.2f}", f"{row.read:.2f}", f"{row.ratio:.2f}", f"{row.understood:.2f}")
        for row in rows
    ]
    print(markdown(head, cells))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
