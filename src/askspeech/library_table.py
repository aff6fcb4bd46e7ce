"""The table of speeches as HTML: its columns sort, its titles open the speech, its rows can be chosen."""

from collections.abc import Collection

from askspeech.filter_panel import one_line
from askspeech.library import LibraryRow
from askspeech.library_rendering import act_button, paragraph, report_button
from askspeech.library_rows import COLUMNS, Part, View
from askspeech.rendering import escape, language_of, place_value, shown_file
from askspeech.texts import PageTexts

__all__ = ["count_text", "part_text", "table_html"]

NUMBERS = frozenset({"characters", "passages", "dropped", "copies"})
SAME_NAMED = 3


def table_html(part: Part, view: View, gone: Collection[str], texts: PageTexts, *, choosing: bool) -> str:
    """The rows of a part, with what says so where there are none.

    Args:
        part: the rows.
        view: the order that they are in.
        gone: the ids of speeches that were removed and leave with the next build.
        texts: the words of the page.
        choosing: whether whoever looks may choose rows.
    """
    if not part.rows:
        return paragraph(texts.library_speeches_unfound if part.total else texts.library_speeches_none, "as-quiet")
    heads = "".join(_head(name, view, texts) for name in COLUMNS)
    choose_all = f'<button type="button" class="as-choose-all" title="{escape(texts.library_choose_all)}"></button>'
    first = f'<th class="as-choosing">{choose_all}</th>' if choosing else ""
    rows = "".join(_row(row, row.speech_id in gone, texts, choosing=choosing) for row in part.rows)
    table = f'<table class="as-table"><thead><tr>{first}{heads}</tr></thead><tbody>{rows}</tbody></table>'
    return table + paragraph(texts.library_table_note, "as-quiet")


def count_text(part: Part, texts: PageTexts) -> str:
    """How many speeches there are, and how many of them were found."""
    gap = " " if language_of(texts) == "en" else ""
    copies = gap + texts.library_count_copies.format(number=f"{part.copies:,}") if part.copies else ""
    if part.found == part.total:
        return texts.library_count.format(number=f"{part.total:,}") + copies
    return texts.library_count_found.format(found=f"{part.found:,}", number=f"{part.total:,}") + copies


def part_text(part: Part, texts: PageTexts) -> str:
    """Which of the speeches found are shown."""
    return texts.library_shown.format(first=part.first + 1, last=part.first + len(part.rows)) if part.rows else ""


def _head(name: str, view: View, texts: PageTexts) -> str:
    label = str(getattr(texts, f"library_column_{name}"))
    direction = ("descending" if view.descending else "ascending") if view.by == name else ""
    order = {"ascending": texts.library_order_up, "descending": texts.library_order_down}.get(direction, "")
    arrow = {"ascending": " ↑", "descending": " ↓"}.get(direction, "")
    told = texts.library_sort.format(column=label) + (f" ({order})" if order else "")
    kind = f"as-sort as-{direction}" if direction else "as-sort"
    button = act_button("sort", name, label + arrow, kind=kind, name=told)
    return f'<th class="{"as-number" if name in NUMBERS else "as-words"}">{button}</th>'


def _row(row: LibraryRow, gone: bool, texts: PageTexts, *, choosing: bool) -> str:
    title = one_line(row.title)
    opening = f'<button type="button" class="as-open" value="{place_value(row.speech_id, [])}">{escape(title)}</button>'
    tags = f' <span class="as-tag as-gone">{escape(texts.library_gone_soon)}</span>' if gone else ""
    if row.title_derived:
        tags = (
            f' <span class="as-tag" title="{escape(texts.title_derived)}">{escape(texts.library_untitled)}</span>{tags}'
        )
    if row.copy_of:
        name = one_line(shown_file(row.copy_of))
        label, said = (escape(words.format(name=name)) for words in (texts.library_copy, texts.library_copy_of))
        tags = f' <span class="as-tag as-copy" title="{said}">{label}</span>{tags}'
    choose = ""
    if choosing:
        label = escape(texts.library_choose.format(title=title))
        button = f'<button type="button" class="as-choose" value="{escape(row.speech_id)}" title="{label}"></button>'
        choose = f"<td class='as-choosing'>{'' if gone else button}</td>"
    cells = f'<td class="as-title">{opening}{tags}</td><td class="as-file">{_file(row, texts)}</td>'
    words = (("place", row.place), ("date", row.date or row.year), ("level", row.level), ("kind", row.kind))
    cells += "".join(_cell(name, one_line(value), texts) for name, value in words)
    numbers = (("characters", row.characters), ("passages", row.passages), ("dropped", row.dropped))
    cells += "".join(_cell(name, f"{number:,}", texts) for name, number in numbers)
    same = _same(row, texts)
    cells += _cell("copies", f"{len(same)}" if same else "", texts, "\n".join(same))
    return f'<tr class="{"as-going" if gone else "as-staying"}">{choose}{cells}</tr>'


def _file(row: LibraryRow, texts: PageTexts) -> str:
    tag = f' <span class="as-tag">{escape(texts.library_uploaded)}</span>' if row.uploaded else ""
    name = f'<span class="as-path">{escape(one_line(shown_file(row.file)))}</span>'
    same = [one_line(name) for name in _same(row, texts)]
    more = texts.library_also_more.format(number=len(same)) if len(same) > SAME_NAMED else ""
    names = ("、" if language_of(texts) == "zh" else ", ").join(same[:SAME_NAMED]) + more
    also = paragraph(texts.library_also_in.format(names=names), "as-quiet") if same else ""
    return f"{name}{tag} {report_button(row.file, texts)}{also}"


def _same(row: LibraryRow, texts: PageTexts) -> list[str]:
    """The other files that hold a speech, as they are named."""
    return [*map(shown_file, row.copies), *(texts.library_alike.format(name=shown_file(file)) for file in row.alike)]


def _cell(name: str, value: str, texts: PageTexts, title: str = "") -> str:
    label = escape(str(getattr(texts, f"library_column_{name}")))
    kind = "as-number" if name in NUMBERS else f"as-words as-{name}"
    if not value:
        return f'<td class="{kind} as-nothing"></td>'
    told = f' title="{escape(title)}"' if title else ""
    return f'<td class="{kind}"{told}><span class="as-label">{label}</span>{escape(value)}</td>'
