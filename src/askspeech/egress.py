"""What libraries would send from this machine unasked, and how they are kept from it.

Nothing leaves the machine unless a setting says so: a chat model, a Chroma server elsewhere, or a model by its name on
the hub, which is fetched once. Importing changes nothing: the faces put `silenced` into their environment before a
library is imported, and what the Python API uses as well is told by argument.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

__all__ = ["CHROMA_ALONE", "is_on_hub", "silenced", "untraced"]

_SILENT = MappingProxyType(
    {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "ANONYMIZED_TELEMETRY": "False",
        "DO_NOT_TRACK": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
)
_OFFLINE = MappingProxyType({"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"})

CHROMA_ALONE: Mapping[str, Any] = MappingProxyType(
    {
        "_env_file": None,
        "anonymized_telemetry": False,
        "chroma_otel_collection_endpoint": "",
        "chroma_otel_granularity": None,
    }
)
"""What every `chromadb.config.Settings` is made with: no telemetry, no traces, no `.env` of whatever folder is here."""


def silenced(models: Iterable[str] = ()) -> dict[str, str]:
    """The environment variables that keep libraries silent, for a process before it imports them.

    Args:
        models: the models that the settings name; only where one is to be fetched, the hub's library may go online.
    """
    return {**_SILENT, **({} if any(map(is_on_hub, models)) else _OFFLINE)}


def is_on_hub(model: str) -> bool:
    """Whether a model is named that is no folder of this machine."""
    return bool(model) and not Path(model).expanduser().is_dir()


@contextmanager
def untraced() -> Iterator[None]:
    """A block in which LangChain sends no traces only because the environment says so.

    LANGSMITH_TRACING, set for another program, would send every question and passage to LangSmith. Who wants that for
    this one says so in Python, with `langsmith.tracing_context(enabled=True)` around the question.
    """
    from langsmith.run_helpers import get_tracing_context, tracing_context  # noqa: PLC0415 - slow to import

    if get_tracing_context()["enabled"] is not None:
        yield
        return
    with tracing_context(enabled=False):
        yield
