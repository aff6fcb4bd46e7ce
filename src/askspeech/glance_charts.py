"""Bar charts whose bars are links, for Gradio's plot component.

Our content security policy forbids `eval`, so the charts ask for Vega's interpreter of expressions (`ast`). They are
drawn as SVG, whose colours the page's style sheet sets, in light and in dark.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

__all__ = ["Bar", "bar_chart"]

_EMBEDDING = {"ast": True, "actions": False, "renderer": "svg"}
_FONT = "system-ui, sans-serif"
_BAR = "#1d5bb8"
_STEP = 26
_UPRIGHT_HEIGHT = 190
_LABEL_WIDTH = 190
_WITH_NUMBERS = 24
"""Up to so many upright bars have their numbers above them: more would run into one another."""
_LINKED = "link"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value in the words of a reader too, and the address that it leads to."""

    label: str
    value: float
    shown: str
    address: str


def bar_chart(bars: Sequence[Bar], measure: str, description: str, *, upright: bool = False) -> dict[str, Any]:
    """The Vega-Lite of a chart: the bars in their order, lying below one another or, upright, beside one another.

    It names no version of Vega-Lite: Gradio brings one of its own, which complains of any other than its own.

    Args:
        bars: at least one; bars of one label are told apart by a number.
        measure: what their values are, for whoever points at one.
        description: what a screen reader says of the chart.
        upright: beside one another, as for years.
    """
    placed = _upright if upright else _lying
    base = alt.Chart(alt.InlineData(values=_rows(bars, measure))).encode(
        href=alt.Href(field=_LINKED, type="nominal"),
        description=alt.Description(field="said", type="nominal"),
        tooltip=[
            alt.Tooltip(field="label", type="nominal", title=" "),
            alt.Tooltip(field="shown", type="nominal", title=measure),
        ],
    )
    layers = placed(base, numbers=not upright or len(bars) <= _WITH_NUMBERS)
    chart = alt.layer(*layers).properties(
        width="container",
        height=_UPRIGHT_HEIGHT if upright else _STEP * len(bars),
        description=description,
        usermeta={"embedOptions": _EMBEDDING},
    )
    return {key: value for key, value in _plain(chart).to_dict().items() if key != "$schema"}


def _upright(base: alt.Chart, *, numbers: bool) -> list[alt.Chart]:
    labels = alt.Axis(labelAngle=0, labelOverlap=True, labelPadding=6)
    # Where no numbers stand at the bars, the axis has them.
    values = alt.Axis(grid=not numbers, labels=not numbers, tickCount=3, gridOpacity=0.4)
    placed = base.encode(
        x=alt.X(field="label", type="ordinal", sort=None, axis=labels),
        y=alt.Y(field="value", type="quantitative", axis=values),
    )
    bars = placed.mark_bar(color=_BAR, cornerRadiusEnd=3)
    return [bars, _numbers(placed.mark_text(dy=-7, fontSize=12, font=_FONT))] if numbers else [bars]


def _lying(base: alt.Chart, *, numbers: bool) -> list[alt.Chart]:
    labels = alt.Axis(labelLimit=_LABEL_WIDTH, labelPadding=8)
    placed = base.encode(
        y=alt.Y(field="label", type="ordinal", sort=None, axis=labels),
        x=alt.X(field="value", type="quantitative", axis=alt.Axis(grid=False, labels=False)),
    )
    bars = placed.mark_bar(color=_BAR, cornerRadiusEnd=3)
    text = placed.mark_text(dx=5, align="left", fontSize=12, font=_FONT)
    return [bars, _numbers(text)] if numbers else [bars]


def _numbers(text: alt.Chart) -> alt.Chart:
    return text.encode(text=alt.Text(field="shown", type="nominal"))


def _plain(chart: alt.LayerChart) -> alt.LayerChart:
    """Without frame and ground, so that the page's own shows."""
    framed = chart.configure(background="transparent", padding=4).configure_view(stroke=None)
    plain: alt.LayerChart = framed.configure_axis(
        title=None, ticks=False, domain=False, labelFont=_FONT, labelFontSize=12
    )
    return plain


def _rows(bars: Sequence[Bar], measure: str) -> list[dict[str, object]]:
    seen: dict[str, int] = {}
    rows: list[dict[str, object]] = []
    for bar in bars:
        seen[bar.label] = seen.get(bar.label, 0) + 1
        label = bar.label if seen[bar.label] == 1 else f"{bar.label} ({seen[bar.label]})"
        said = f"{label}: {bar.shown} ({measure})"
        rows.append({"label": label, "value": bar.value, "shown": bar.shown, "said": said, _LINKED: bar.address})
    return rows
