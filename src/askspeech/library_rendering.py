"""HTML of the library page: the state of the index, what became of files, and the lists with their buttons."""

import json
from collections.abc import Sequence
from datetime import datetime

from askspeech.build_record import Building, LastBuild
from askspeech.build_report import BuildReport, FileReport, SkippedFile
from askspeech.builder import BuildState
from askspeech.drop_reasons import reason_text
from askspeech.exclusions import Exclusion
from askspeech.filter_panel import one_line
from askspeech.library import Files, Waiting
from askspeech.rendering import escape, language_of, said, shown_file
from askspeech.texts import CHINESE, PageTexts
from askspeech.uploads import UploadedFile

__all__ = [
    "act_button",
    "changes_text",
    "files_html",
    "paragraph",
    "percent",
    "progress_html",
    "removed_html",
    "size_text",
    "state_html",
    "uploads_html",
    "when_text",
]

STAGES = {
    "starting": (0, 2),
    "reading": (2, 40),
    "copying": (40, 44),
    "comparing": (44, 52),
    "embedding": (52, 72),
    "adding vectors": (72, 82),
    "adding keywords": (82, 90),
    "verifying": (90, 98),
    "publishing": (98, 99),
}
"""The stages of a build in their order, and which percent of the whole each is taken for."""
KILOBYTE = 1024
MINUTE = 60


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph that shows exactly this text."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def act_button(act: str, value: str, label: str, *, kind: str = "", name: str = "") -> str:
    """A button that the page's script tells the server of, with a value that is no text to be read.

    Args:
        act: what it does, as the page's events know it.
        value: to what.
        label: the words on it.
        kind: a class of its own.
        name: what assistive technology calls it, where that is more than the words on it.
    """
    said = escape(json.dumps({"act": act, "value": value}, ensure_ascii=False))
    title = f' title="{escape(name)}"' if name else ""
    return f'<button type="button" class="as-act {kind}" value="{said}"{title}>{escape(label)}</button>'


def report_button(file: str, texts: PageTexts) -> str:
    """The button that opens the cleaning report of a file."""
    title = escape(texts.library_report_title.format(name=one_line(shown_file(file))))
    return (
        f'<button type="button" class="as-report" value="{escape(file)}" title="{title}">'
        f"{escape(texts.library_report)}</button>"
    )


# The state of the index


def state_html(
    state: BuildState,
    waiting: Waiting | None,
    now: datetime,
    texts: PageTexts,
    *,
    empty: str = "",
    asking: bool = True,
    arriving: bool = False,
    managing: bool = True,
) -> str:
    """How far a build is, or how the last one ended, and what waits for the next.

    Args:
        state: what runs and how the last build ended.
        waiting: what the index in use does not know yet, while a build runs only what that does not know either; None
            where it cannot be said.
        now: for how long a build has been running.
        texts: the words of the page.
        empty: what to do first, where there is nothing to be asked yet.
        asking: whether there is an index that can be asked meanwhile.
        arriving: whether what the last build made is not what answers yet.
        managing: whether whoever looks can change the library; who cannot is told who can.
    """
    changes = changes_text(waiting, texts) if waiting else ""
    if state.running:
        later = paragraph(texts.library_meanwhile.format(changes=changes), "as-waits") if changes else ""
        return (
            f'<div class="as-state as-building">{_running_html(state.running, now, texts, asking=asking)}{later}</div>'
        )
    last = _last_html(state.last, texts, arriving=arriving) if state.last else ""
    if empty:
        return f'<div class="as-state">{paragraph(empty, "as-first")}{last}</div>'
    if changes:
        words = texts.library_waits if managing else texts.library_waits_reader
        first = paragraph(words.format(changes=changes), "as-waits")
    else:
        first = paragraph(texts.library_up_to_date, "as-quiet") if waiting is not None else ""
    whose = "" if managing else paragraph(texts.library_not_yours, "as-quiet")
    return f'<div class="as-state">{whose}{first}{last}</div>'


def changes_text(waiting: Waiting, texts: PageTexts) -> str:
    """What waits, in a few words."""
    kinds = (
        (texts.library_waits_added, waiting.added),
        (texts.library_waits_replaced, waiting.replaced),
        (texts.library_waits_deleted, waiting.deleted),
        (texts.library_waits_excluded, waiting.excluded),
        (texts.library_waits_taken_back, waiting.taken_back),
    )
    said = [words.format(number=len(some)) for words, some in kinds if some]
    return ("、" if texts is CHINESE else ", ").join(said)


def percent(stage: str, done: int, total: int) -> int:
    """How much of a build is done, in percent; it never goes back while stages come in their order."""
    first, last = STAGES.get(stage, (0, 0))
    share = min(max(done / total, 0.0), 1.0) if total > 0 else 0.0
    return int(first + (last - first) * share)


def progress_html(running: Building, texts: PageTexts, head: str) -> str:
    """How far a build is, as a line with this head, a bar and the stage."""
    stage = str(getattr(texts, f"library_stage_{running.stage.replace(' ', '_')}", running.stage))
    names = list(STAGES)
    step = names.index(running.stage) + 1 if running.stage in STAGES else 1
    counted = f" {running.done}/{running.total}" if running.total > 1 else ""
    share = percent(running.stage, running.done, running.total)
    words = texts.library_step.format(step=step, steps=len(names), stage=stage) + counted
    label = escape(head)
    return (
        f'<p class="as-running-head"><strong>{label}</strong> {share}%</p>'
        f'<progress class="as-bar" max="100" value="{share}" title="{label}">{share}%</progress>'
        f"{paragraph(words, 'as-stage')}"
    )


def _running_html(running: Building, now: datetime, texts: PageTexts, *, asking: bool) -> str:
    words = texts.library_begun_by if running.by else texts.library_begun
    begun = words.format(
        when=when_text(running.started),
        who=_who(running.by, texts),
        lasted=_lasted((now - running.started).total_seconds(), texts),
    )
    goes_on = texts.library_goes_on if asking else texts.library_goes_on_first
    told = paragraph(f"{begun}{'' if texts is CHINESE else ' '}{goes_on}", "as-quiet")
    stopping = paragraph(texts.library_cancelling, "as-waits") if running.cancelling else ""
    return f"{progress_html(running, texts, texts.library_running)}{told}{stopping}"


def _last_html(last: LastBuild, texts: PageTexts, *, arriving: bool) -> str:
    words = {
        "done": texts.library_arriving if arriving else texts.library_done,
        "unchanged": texts.library_unchanged,
        "cancelled": texts.library_cancelled,
        "failed": texts.library_failed.format(reason=said(last.message, texts).strip()),
        "lost": texts.library_lost,
    }[last.outcome]
    kind = "as-good" if last.outcome in ("done", "unchanged") else "as-bad"
    when = (texts.library_when_by if last.by else texts.library_when).format(
        when=when_text(last.ended),
        who=_who(last.by, texts),
        lasted=_lasted((last.ended - last.started).total_seconds(), texts),
    )
    report = _report_html(last.report, texts) if last.report else ""
    return f'<div class="as-last {kind}">{paragraph(words, "as-outcome")}{paragraph(when, "as-quiet")}{report}</div>'


def _report_html(report: BuildReport, texts: PageTexts) -> str:
    """The numbers of a build, and the files that it did not take in, with their reasons."""
    numbers = texts.library_numbers.format(files=len(report.files), speeches=report.speeches, passages=report.passages)
    warned = sum(len(file.notices) for file in report.files)
    same = sum(len(file.copies) for file in report.files)
    notes = [numbers]
    notes += [texts.library_same_files.format(number=same)] if same else []
    notes += [texts.library_warned.format(number=warned)] if warned else []
    notes += [texts.library_left_out_files.format(number=len(report.excluded))] if report.excluded else []
    return paragraph(" · ".join(notes), "as-quiet") + skipped_html(report.skipped, texts)


def skipped_html(skipped: Sequence[SkippedFile], texts: PageTexts) -> str:
    """The files that are not in the index, with their reasons; nothing where there are none."""
    if not skipped:
        return ""
    items = "".join(
        f'<li><span class="as-path">{escape(shown_file(one.file))}</span>'
        f'<p class="as-reason">{escape(_sentence(said(one.reason, texts)))}</p></li>'
        for one in skipped
    )
    head = escape(texts.library_skipped.format(number=len(skipped)))
    return f'<div class="as-skipped"><p><strong>{head}</strong></p><ul>{items}</ul></div>'


# Lists


def files_html(files: Files, limit: int, texts: PageTexts) -> str:
    """What became of every file: first those that were skipped, then those with warnings, then the others."""
    if not files.taken and not files.skipped:
        return paragraph(texts.library_files_none, "as-quiet")
    ordered = sorted(files.taken, key=lambda file: not file.notices)
    items = "".join(_file_item(file, texts) for file in ordered[:limit])
    note = paragraph(texts.library_files_note, "as-quiet") if files.taken else ""
    return f'{skipped_html(files.skipped, texts)}{note}<ul class="as-files">{items}</ul>'


def _file_item(file: FileReport, texts: PageTexts) -> str:
    numbers = " · ".join(
        f"{escape(name)} {number:,}"
        for name, number in (
            (texts.library_speeches, file.speeches),
            (texts.library_column_passages, file.passages),
            (texts.library_file_characters, file.characters),
        )
    )
    reasons = ", ".join(f"{reason_text(reason, language_of(texts))} {count:,}" for reason, count in file.dropped)
    lines = [f'<p class="as-quiet">{numbers}</p>']
    if reasons:
        dropped = sum(count for _, count in file.dropped)
        lines.append(paragraph(texts.library_dropped.format(number=f"{dropped:,}", reasons=reasons), "as-quiet"))
    lines += [paragraph(_sentence(said(notice, texts)), "as-reason") for notice in file.notices]
    lines += [
        paragraph(texts.library_same_as.format(name=one_line(shown_file(copy))), "as-quiet") for copy in file.copies
    ]
    return (
        f'<li><p><span class="as-path">{escape(shown_file(file.file))}</span> {report_button(file.file, texts)}</p>'
        f"{''.join(lines)}</li>"
    )


def uploads_html(uploads: Sequence[UploadedFile], excluded: Sequence[Exclusion], texts: PageTexts) -> str:
    """The uploaded files, each with what can be done with it."""
    if not uploads:
        return paragraph(texts.library_uploads_none, "as-quiet")
    gone = {one.file for one in excluded if one.kind == "file"}
    return f'<ul class="as-files">{"".join(_upload_item(one, one.file in gone, texts) for one in uploads)}</ul>'


def _upload_item(upload: UploadedFile, gone: bool, texts: PageTexts) -> str:
    name = one_line(upload.name)
    line = texts.library_upload_line.format(size=size_text(upload.bytes), when=when_text(upload.added))
    buttons = "" if gone else act_button("remove-file", upload.file, texts.library_remove_file, name=_of(name, texts))
    buttons += act_button(
        "delete", upload.name, texts.library_delete, kind="as-danger", name=_of(name, texts, "delete")
    )
    return (
        f'<li><p><span class="as-path">{escape(name)}</span> <span class="as-quiet">{escape(line)}</span></p>'
        f"<p>{buttons}</p></li>"
    )


def _of(name: str, texts: PageTexts, act: str = "remove") -> str:
    words = {"remove": texts.library_remove_file, "delete": texts.library_delete, "back": texts.library_take_back}[act]
    return f"{words}: {name}"


def removed_html(excluded: Sequence[Exclusion], uploads: Sequence[UploadedFile], texts: PageTexts) -> str:
    """What was removed, each with the button that takes it back; uploaded files can be deleted for good as well."""
    if not excluded:
        return paragraph(texts.library_removed_none, "as-quiet")
    deletable = {one.file: one.name for one in uploads}
    items = "".join(_removed_item(one, deletable.get(one.file, ""), texts) for one in excluded)
    return f'<ul class="as-files">{items}</ul>'


def _removed_item(one: Exclusion, upload: str, texts: PageTexts) -> str:
    kind = texts.library_removed_speech if one.kind == "speech" else texts.library_removed_file
    title = one_line(shown_file(one.title or one.file))
    buttons = act_button("take-back", key_text(one), texts.library_take_back, name=_of(title, texts, "back"))
    if one.kind == "file" and upload:
        buttons += act_button(
            "delete", upload, texts.library_delete, kind="as-danger", name=_of(title, texts, "delete")
        )
    words = texts.library_removed_by if one.excluded_by else texts.library_removed_at
    when = words.format(when=_iso_text(one.excluded_at), who=_who(one.excluded_by, texts))
    where = f" · {shown_file(one.file)}" if one.kind == "speech" else ""
    return (
        f'<li><p><span class="as-tag">{escape(kind)}</span> <span class="as-path">{escape(title)}</span></p>'
        f"{paragraph(when + where, 'as-quiet')}<p>{buttons}</p></li>"
    )


def key_text(one: Exclusion) -> str:
    """What names an exclusion to the server again."""
    return json.dumps(one.key, ensure_ascii=False)


# Words


def when_text(when: datetime) -> str:
    """A moment in the time of this machine."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M")


def _iso_text(text: str) -> str:
    try:
        return when_text(datetime.fromisoformat(text))
    except ValueError:
        return text


def _who(name: str, texts: PageTexts) -> str:
    return texts.library_somebody.format(name=one_line(name)) if name else ""


def _lasted(seconds: float, texts: PageTexts) -> str:
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, MINUTE)
    if texts is CHINESE:
        return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _sentence(text: str) -> str:
    """A reason as it stands by itself: one that goes on behind a file's name begins small."""
    return text[:1].upper() + text[1:]


def size_text(size: int) -> str:
    """A size in bytes for a reader."""
    if size < KILOBYTE:
        return f"{size} B"
    if size < KILOBYTE**2:
        return f"{size / KILOBYTE:.0f} KB"
    return f"{size / KILOBYTE**2:.1f} MB"
