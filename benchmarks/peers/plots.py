"""The plots: how much is found, and what it takes; SVG files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.measuring import Measured

FOUND, TAKES = "quality.svg", "costs.svg"
MEASURES = ("evidence@1000", "evidence@2000", "evidence@4000", "mrr")
COSTS = (("build_seconds", "build, s", 1.0), ("question_median", "question, median, ms", 1000.0))
COLORS = {"LangChain": "#4878a8", "LlamaIndex": "#c0803c", "txtai": "#6a9a5b", "askspeech": "#a8323e"}
OTHER = "#777777"


def draw(every: Sequence[Measured], folder: Path) -> list[Path]:
    """Both plots of the rows that have figures, without a screen; raises ImportError where matplotlib is missing."""
    import matplotlib as mpl

    mpl.use("svg")
    # Equal figures give equal files, which lie in the repository.
    mpl.rcParams["svg.hashsalt"] = "askspeech"
    mpl.rcParams["svg.fonttype"] = "none"
    shown = [one for one in every if not one.problem]
    return [_found(shown, folder / FOUND), _takes(shown, folder / TAKES)]


def _found(every: Sequence[Measured], path: Path) -> Path:
    """How much each row finds of the evidence of questions in Chinese, a group of bars for each measure."""
    figure, axes = _axes(1, (11, 5))
    width = 0.8 / max(1, len(every))
    for number, one in enumerate(every):
        heights = [one.quality.get("zh", {}).get(measure, 0.0) for measure in MEASURES]
        places = [group + number * width for group in range(len(MEASURES))]
        axes[0].bar(places, heights, width * 0.92, label=one.row, **_look(one))
    axes[0].set_xticks([group + 0.4 - width / 2 for group in range(len(MEASURES))], MEASURES)
    axes[0].set_ylim(0, 1)
    axes[0].set_title("Questions in Chinese")
    axes[0].legend(fontsize=8, ncol=2, loc="upper center", bbox_to_anchor=(0.5, -0.08), frameon=False)
    return _saved(figure, path)


def _takes(every: Sequence[Measured], path: Path) -> Path:
    """How long building and asking take, on scales of powers of ten."""
    figure, axes = _axes(len(COSTS), (11, 0.5 + 0.45 * max(1, len(every))))
    for axis, (cost, title, scale) in zip(axes, COSTS, strict=True):
        for number, one in enumerate(every):
            if cost in one.costs:
                # A bar has no beginning on a scale of powers of ten.
                axis.plot(one.costs[cost] * scale, number, "o", markersize=10, **_dot(one))
        axis.set_xscale("log")
        axis.set_title(title)
        axis.set_ylim(len(every) - 0.5, -0.5)
        axis.grid(True, which="both", axis="x", color="#dddddd")
    axes[0].set_yticks(range(len(every)), [one.row for one in every])
    for axis in axes[1:]:
        axis.set_yticks(range(len(every)), [""] * len(every))
    return _saved(figure, path)


def _axes(count: int, size: tuple[float, float]) -> tuple[Any, list[Any]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, [figure.add_subplot(1, count, number + 1) for number in range(count)]


def _look(one: Measured) -> dict[str, Any]:
    """A pipeline's colour; its first row is hatched."""
    return {"color": COLORS.get(one.peer, OTHER), "hatch": "" if one.second else "///", "edgecolor": "white"}


def _dot(one: Measured) -> dict[str, Any]:
    """A pipeline's colour; the dot of its first row is hollow."""
    color = COLORS.get(one.peer, OTHER)
    return {"color": color, "markerfacecolor": color if one.second else "white"}


def _saved(figure: Any, path: Path) -> Path:
    figure.savefig(path, metadata={"Date": None})
    return path
