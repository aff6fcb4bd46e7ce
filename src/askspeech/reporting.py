"""What the command line shows: tables and answers as text, and progress on a terminal or in a log.

Text of a corpus is shown without its control characters: neither a speech nor a file's name may steer the terminal.
"""

import dataclasses
import json
import re
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from askspeech.build_report import BuildReport, FileReport
from askspeech.datatypes import Answer, Citation, Hit, Locator, SearchResult, Speech
from askspeech.ledger import Totals
from askspeech.printing import printable
from askspeech.scoring import incomplete, summaries, summary
from askspeech.texts import page_texts

if TYPE_CHECKING:
    from askspeech.access import Token
    from askspeech.evaluation import Evaluation
    from askspeech.users import KeptUser
    from askspeech.verification import Verification

SHORT_STAGE_SECONDS = 1.0
PLAIN_LINE_SECONDS = 10.0
UNLIMITED_WIDTH = 10_000
QUOTE_CHARACTERS = 160
HEADING_CHARACTERS = 30
UNIT_NAMES = {"page": "页", "paragraph": "段", "line": "行"}
# Controls that JSON leaves as they are, what turns the direction of text, ends of lines, and what is invisible.
_STEERING = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
SHOWN_FACTS = ("date", "year", "place", "level", "occasion", "kind")


_BUILT_FROM = {
    "nothing": "Everything was written anew. 全部重新建立。",
    "copy": "A copy of the index before was changed. 在原索引的副本上更新。",
    "unchanged": "Nothing has changed; nothing was written. 没有变化，未写入。",
}


def build_text(report: BuildReport, width: int | None = None) -> str:
    """What a build did: a row per file, the files that were skipped with reasons, the totals.

    Args:
        report: what the build returned.
        width: columns of the terminal; None where the output is none, so that no line is wrapped.
    """
    parts = [_build_table(report, width)]
    same = [f"  {_cell(copy)} = {_cell(file.file)}" for file in report.files for copy in file.copies]
    if same:
        parts.append("\n".join(["Same text, indexed once 内容相同，只收一份:", *same]))
    warned = [f"  {_cell(file.file)}: {_cell(notice)}" for file in report.files for notice in file.notices]
    if warned:
        parts.append("\n".join(["Read with a warning 读取时的提醒:", *warned]))
    if report.skipped:
        skipped = [f"  {_cell(file.file)}: {_cell(file.reason)}" for file in report.skipped]
        parts.append("\n".join([f"Skipped files 跳过的文件: {len(report.skipped)}", *skipped]))
    if report.excluded:
        excluded = [f"  {_cell(file)}" for file in report.excluded]
        parts.append("\n".join([f"Left out, as removed in the page 已移除，未收入: {len(report.excluded)}", *excluded]))
    parts.append(_BUILT_FROM[report.built_from])
    parts.append(
        f"Speeches 讲话: {report.speeches}; passages 段落: {report.passages}; "
        f"texts newly embedded 新算向量的文本: {report.embedded}; {report.seconds:.1f} s; "
        f"generation {report.generation} of {_cell(report.store)}"
    )
    return "\n\n".join(parts)


def speeches_text(speeches: Sequence[Speech], width: int | None = None) -> str:
    """The speeches of an index: title, file, characters, and what is known of each."""
    table = _table("Speech 讲话", "File 文件")
    table.add_column("Characters 字数", justify="right")
    table.add_column("Facts 已知")
    for speech in speeches:
        facts = "; ".join(value for name in SHOWN_FACTS for value in speech.values(name))
        table.add_row(_cell(speech.title), _cell(speech.file), f"{speech.characters:,}", _cell(facts))
    return f"{_rendered(table, width)}\n\nSpeeches 讲话: {len(speeches)}"


def tokens_text(tokens: "Sequence[Token]", width: int | None = None) -> str:
    """The tokens of programs: id, role, when it was made and last used, and what it is for."""
    table = _table("ID", "Role 角色", "Made 生成", "Last used 最近使用", "Name 用途")
    for token in tokens:
        used = f"{token.used_on or 'never 从未'}"
        table.add_row(token.id, token.role, f"{token.created_on}", used, _cell(token.name))
    return _rendered(table, width)


def users_text(users: "Sequence[KeptUser]", width: int | None = None) -> str:
    """The users of the server: name, role, the days of adding and of the last signing in, on how many devices now."""
    table = _table("Name 用户名", "Role 角色", "Added 添加", "Last signed in 最近登录", "Signed in 登录中")
    for user in users:
        seen = "never 从未" if user.signed_in_at is None else _day(user.signed_in_at)
        table.add_row(_cell(user.name), user.role, _day(user.created_at), seen, str(user.sessions))
    return _rendered(table, width)


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).date()}"


def answer_text(answer: Answer, passages: Iterable[Hit] = ()) -> str:
    """An answer for a terminal: its text, its sources by number, what it should be read with, passages if wanted."""
    parts = [_doubted_text(answer), *answer.notices]
    if answer.citations:
        parts.append("\n".join(["Sources 出处", *(_citation_text(citation) for citation in answer.citations)]))
    if answer.nearest:
        nearest = ["Nearest passages, no answer 最接近的段落（不是答案）", *_hit_texts(answer.nearest)]
        parts.append("\n".join(nearest))
    if found := _hit_texts(passages):
        parts.append("\n".join(["Passages found 检索到的段落", *found]))
    return printable("\n\n".join(parts))


def answer_json(answer: Answer, passages: Iterable[Hit] | None = None, totals: Totals | None = None) -> str:
    """An answer as JSON: the fields of `Answer`, whether it was refused; the passages and the totals if wanted."""
    record = dataclasses.asdict(answer) | {"refused": answer.refused}
    if totals is not None:
        record["totals"] = dataclasses.asdict(totals)
    if passages is not None:
        record["passages"] = [dataclasses.asdict(hit) | {"spans": hit.spans} for hit in passages]
    return as_json(record)


def search_text(question: str, result: SearchResult, places: Sequence[Locator]) -> str:
    """What a search found, for a terminal: each passage whole, where it stands, what found it; what to read it with.

    Args:
        question: as it was asked.
        result: what was found for it.
        places: where each hit stands in its file, in the order of the hits.
    """
    parts = [] if result.search_question == question.strip() else [f"Searched for 检索: {result.search_question}"]
    parts += [_found_text(rank, hit, place) for rank, (hit, place) in enumerate(zip(result, places, strict=True), 1)]
    if not result.hits:
        parts.append("No passage was found. 没有找到段落。")
    return printable("\n\n".join([*parts, *result.notices]))


def search_json(question: str, result: SearchResult, places: Sequence[Locator]) -> str:
    """What a search found, as JSON: the fields of `SearchResult`, each hit with its rank, spans and place."""
    hits = [
        {"rank": rank, **dataclasses.asdict(hit), "spans": hit.spans, "locator": dataclasses.asdict(place)}
        for rank, (hit, place) in enumerate(zip(result, places, strict=True), 1)
    ]
    return as_json({"question": question, **dataclasses.asdict(result), "hits": hits})


def speeches_json(speeches: Iterable[Speech]) -> str:
    """The speeches of an index as JSON: a list of the fields of `Speech`."""
    return as_json([dataclasses.asdict(speech) for speech in speeches])


def verification_text(verification: "Verification", generation: str) -> str:
    """What reading a generation showed; its problems, where it has any, are shown apart."""
    probes = (
        f"{verification.passages} passages 段落; of {verification.probes} searched for, "
        f"{verification.found_by_vector} found by vector, {verification.found_by_keyword} by keyword; "
        f"{verification.seconds:.1f} s"
    )
    if verification.sound:
        return f"Generation {generation} is sound 索引完好: {probes}"
    return f"Generation {generation} is damaged 索引已损坏: {probes}. Build the index again: askspeech build"


def evaluation_text(evaluation: "Evaluation", *, by_type: bool = False, misses: bool = False) -> str:
    """The figures of an evaluation: one line of JSON; a line for each language and type; the questions missed."""
    lines = [json.dumps(summary(evaluation.rows), ensure_ascii=False)]
    if by_type:
        parts = summaries(evaluation.rows).items()
        lines += [f"{name:13s} {json.dumps(figures, ensure_ascii=False)}" for name, figures in parts]
    if misses:
        asked = {question.id: question.text for question in evaluation.questions}
        lines += [
            f"{row.id} {row.type} {round(row.figures['evidence@2000'], 2)} {printable(asked[row.id])}"
            for row in incomplete(evaluation.rows, 2000)
        ]
    return "\n".join(lines)


def as_json(value: Any) -> str:
    """A value as indented JSON, Chinese as itself; what could steer a terminal is written as its number."""
    return _STEERING.sub(lambda one: json.dumps(one[0])[1:-1], json.dumps(value, ensure_ascii=False, indent=2))


class ProgressDisplay:
    """A progress callback that shows bars on a terminal and writes plain lines elsewhere.

    Only stages of more than a second leave a trace. Used as a context manager, so that the terminal is given back.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bars = _bars(stream) if stream.isatty() else None
        self._task: TaskID | None = None
        self._stage = ""
        self._done = self._total = 0
        self._began = self._shown = 0.0

    def __enter__(self) -> Self:
        """Start showing."""
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Give the terminal back, whatever happened."""
        self._end_stage()
        if self._bars:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show where the work stands; the signature is that of `askspeech.progress.Progress`."""
        if stage != self._stage:
            self._end_stage()
            self._begin_stage(stage, total)
        self._done, self._total = done, total
        if self._bars and self._task is not None:
            self._bars.update(self._task, completed=done, total=total or None)
        elif time.monotonic() - self._shown >= PLAIN_LINE_SECONDS:
            self._write_line()
        if total and done >= total:
            self._end_stage()

    def _begin_stage(self, stage: str, total: int) -> None:
        self._stage = stage
        self._began = self._shown = time.monotonic()
        if self._bars:
            self._task = self._bars.add_task(stage, total=total or None)

    def _end_stage(self) -> None:
        lasted = time.monotonic() - self._began
        if self._stage and self._bars and self._task is not None:
            self._bars.stop_task(self._task)
            self._bars.update(self._task, visible=lasted >= SHORT_STAGE_SECONDS)
        elif self._stage and lasted >= SHORT_STAGE_SECONDS:
            self._write_line()
        self._stage, self._task = "", None

    def _write_line(self) -> None:
        self._shown = time.monotonic()
        amount = f"{self._done}/{self._total}" if self._total else str(self._done)
        self._stream.write(f"{self._stage}: {amount}, {self._shown - self._began:.1f} s\n")
        self._stream.flush()


def _bars(stream: TextIO) -> Bars:
    return Bars(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=stream, highlight=False),
    )


def _cell(text: str) -> str:
    return printable(text, keep="")


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _rendered(table: Table, width: int | None) -> str:
    out = StringIO()
    plain = Console(
        file=out, width=width or UNLIMITED_WIDTH, color_system=None, markup=False, emoji=False, highlight=False
    )
    plain.print(table)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _build_table(report: BuildReport, width: int | None) -> str:
    table = _table("File 文件")
    for column in ("Speeches 讲话", "Passages 段落", "Characters 字数"):
        table.add_column(column, justify="right")
    table.add_column("Dropped, by reason 略去的字数", overflow="fold")
    for file in report.files:
        table.add_row(_cell(file.file), f"{file.speeches}", f"{file.passages}", f"{file.characters:,}", _drops([file]))
    table.add_section()
    characters = sum(file.characters for file in report.files)
    total = f"{len(report.files)} files 合计"
    table.add_row(total, f"{report.speeches}", f"{report.passages}", f"{characters:,}", _drops(report.files))
    return _rendered(table, width)


def _drops(files: Iterable[FileReport]) -> str:
    totals: dict[str, int] = {}
    for file in files:
        for reason, characters in file.dropped:
            totals[reason] = totals.get(reason, 0) + characters
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{_cell(reason)} {characters:,}" for reason, characters in ordered)


def _doubted_text(answer: Answer) -> str:
    """The text of an answer, with a word behind every sentence that is not fully supported."""
    words = page_texts(answer.language)
    doubts = {"partly": words.doubt_partly, "not_found": words.doubt_not_found}
    text, position = answer.text, 0
    for sentence in answer.sentences:
        start = text.find(sentence.text, position)
        if start < 0:
            continue
        position = start + len(sentence.text) + sum(len(f"[{number}]") for number in sentence.citations)
        if sentence.support in doubts:
            text = f"{text[:position]}（{doubts[sentence.support]}）{text[position:]}"
    return text


def _citation_text(citation: Citation) -> str:
    where = f"{_cell(citation.file)}, {_locator_text(citation.locator)}"
    path = _path_text(citation.speech_title, citation.heading_path)
    return f"[{citation.number}] {path}\n    {where}\n    “{_shortened(citation.quote)}”"


def _locator_text(locator: Locator) -> str:
    numbers = f"{locator.first}" if locator.first == locator.last else f"{locator.first}–{locator.last}"
    return f"{locator.unit} {numbers} 第{numbers}{UNIT_NAMES[locator.unit]}"


def _hit_texts(hits: Iterable[Hit]) -> list[str]:
    return [
        f"{rank}. {_path_text(hit.speech.title, hit.passage.heading_path)}\n"
        f"    {_cell(hit.passage.file)}\n    “{_shortened(hit.passage.text)}”"
        for rank, hit in enumerate(hits, 1)
    ]


def _found_text(rank: int, hit: Hit, place: Locator) -> str:
    lines = [
        f"{rank}. {_path_text(hit.speech.title, hit.passage.heading_path)}",
        f"{_cell(hit.passage.file)}, {_locator_text(place)}",
        f"found by 找到它的: {', '.join(hit.found_by)}",
    ]
    if hit.copies:
        lines.append(f"near copies in other places 别处的相似段落: {len(hit.copies)}")
    return "\n    ".join([*lines, *(line for line in hit.passage.text.splitlines() if line.strip())])


def _path_text(title: str, headings: Sequence[str]) -> str:
    return _cell(" › ".join((title, *(_shortened(heading, HEADING_CHARACTERS) for heading in headings))))


def _shortened(text: str, characters: int = QUOTE_CHARACTERS) -> str:
    line = " ".join(text.split())
    return line if len(line) <= characters else line[:characters] + "…"
