"""Models that others made, by name or folder: found, checked, and loaded with sentence_transformers.

Whatever a name leads to is a folder in the end, and the folder is checked before anything in it is loaded: no pickled
weights, no code of its own. Loading then reaches for no network.
"""

import hashlib
import importlib
import json
import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from askspeech.errors import ModelError

__all__ = ["ModelKind", "encodable", "files_digest", "load_model"]

SECONDS_TO_ANSWER = 15.0
"""How long the model hub may take to say what a name means; without a network its own library retries for a minute."""

WANTED = ("*.json", "*.safetensors", "*.txt", "*.model", "*.spm", "*.jinja")
"""The files of a model that are fetched, and that its fingerprint covers: no pickles, no code."""
PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
PICKLED_WEIGHTS = ("pytorch_model", "adapter_model")
OWN_MODULES = "sentence_transformers."
CODE = ("modeling_*.py", "configuration_*.py", "tokenization_*.py", "processing_*.py")
"""How the code is named that a model brings along. It is not run, and a model that needs it is wrong without."""
CHECKSUM = "sha256:"

_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ModelKind:
    """What a model is for, and what a message tells the person who named it."""

    noun: str
    library_class: str
    """The class of sentence_transformers that loads it."""
    setting: str
    """The variable that names it; the one of its revision has `_REVISION` behind it."""
    owner: str
    """Whose model a name without an owner is."""
    comparable: str
    """A model that has safetensors and no code of its own."""
    without: str
    """What to do to go on without such a model."""


def load_model(kind: ModelKind, name: str, revision: str = "") -> tuple[Any, Path]:
    """The model, on the device that the library finds best, and the folder that it was loaded from.

    Raises:
        ModelError: it is not there, cannot be reached, has pickled weights or code of its own, or cannot be loaded.
    """
    folder = _folder(kind, name, revision)
    if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
        raise ModelError(
            f"The folder {folder} holds no model: neither modules.json nor config.json. {kind.setting} takes the name "
            f"or the folder of a {kind.library_class}, such as {kind.comparable}; {kind.without}."
        )
    _refuse_pickles(kind, name, (PurePosixPath(path.relative_to(folder)) for path in _files(folder, ("*",))))
    _refuse_code(kind, name, folder)
    _refuse_other_kinds(kind, name, folder)
    try:
        # Imported here because it takes seconds, and the built-in embedder does without.
        library = importlib.import_module("sentence_transformers")
        with _no_progress_bars():
            model = getattr(library, kind.library_class)(
                str(folder), trust_remote_code=False, local_files_only=True, model_kwargs={"use_safetensors": True}
            )
    except Exception as error:
        raise ModelError(
            f"The {kind.noun} {name} cannot be loaded: {error}. {kind.setting} takes the name or the folder of a "
            f"{kind.library_class} with safetensors and without code of its own, such as {kind.comparable}; "
            f"{kind.without}."
        ) from error
    return model, folder


def files_digest(folder: Path) -> bytes:
    """A hash of the weights and of every other file that decides what a model gives, names included."""
    digest = hashlib.sha256()
    for path in _files(folder, WANTED):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.digest()


def encodable(texts: Iterable[str]) -> list[str]:
    """The texts with lone surrogates, which no tokenizer and no server accepts, replaced."""
    return [text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8") for text in texts]


def _folder(kind: ModelKind, name: str, revision: str) -> Path:
    folder = Path.home() / name[2:] if name.startswith("~/") else Path(name)
    if name and folder.is_dir():
        _check_revision(kind, name, folder, revision)
        return folder
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"There is no folder {name!r}, and no model can have that name. {kind.setting} takes a folder that is "
            f"there, or a name such as {kind.comparable}; {kind.without}."
        )
    return _fetched(kind, name if "/" in name else f"{kind.owner}/{name}", revision)


def _check_revision(kind: ModelKind, name: str, folder: Path, revision: str) -> None:
    """Raise ModelError where a folder does not hold the very files whose checksum was asked for; any other is none."""
    if revision.startswith(CHECKSUM):
        if revision != (found := CHECKSUM + files_digest(folder).hex()):
            raise ModelError(
                f"The {kind.noun} {name} holds other files than were asked for: their checksum is {found}, expected "
                f"{revision}. Fetch the model's folder again; or, if it was changed on purpose, set "
                f"{kind.setting}_REVISION to its checksum."
            )
    elif revision:
        raise ModelError(
            f"The {kind.noun} {name} is a folder, which has no revisions, but the revision {revision} was asked "
            f"for. Unset {kind.setting}_REVISION, set it to the checksum of the files in the folder ({CHECKSUM}"
            f"{files_digest(folder).hex()} now), or name the model instead of a folder."
        )


def _fetched(kind: ModelKind, name: str, revision: str) -> Path:
    """The folder with the files of a model of the hub: those that are here already where the hub is out of reach."""
    hub = importlib.import_module("huggingface_hub")

    def snapshot(patterns: Iterable[str], *, local: bool = False) -> Path:
        version = revision or None  # by name and not by commit, so that the name is known without a network later
        return Path(hub.snapshot_download(name, revision=version, allow_patterns=[*patterns], local_files_only=local))

    try:
        if _COMMIT.fullmatch(revision) and (here := _here_already(snapshot)):
            return here
        _log.warning("%s", _announcement(kind, name, revision))
        information = _within(SECONDS_TO_ANSWER, lambda: _information(hub, name, revision))
        _refuse_pickles(kind, name, [PurePosixPath(file.rfilename) for file in information.siblings or ()])
        _refuse_code(kind, name, snapshot(["*.json"]))
        return snapshot(WANTED)
    except ModelError:
        raise
    except Exception as error:
        if here := _here_already(snapshot):
            return here
        raise ModelError(_out_of_reach(kind, name, revision, error)) from error


def _here_already(snapshot: Callable[..., Path]) -> Path | None:
    try:
        return snapshot(WANTED, local=True)
    except OSError:  # what the hub's library raises for files that were never fetched, or not all of them
        return None


def _information(hub: Any, name: str, revision: str) -> Any:
    return hub.HfApi().model_info(name, revision=revision or None, timeout=SECONDS_TO_ANSWER)


def _announcement(kind: ModelKind, name: str, revision: str) -> str:
    """What is fetched from where, and what asked for it: nothing else in this program reaches for a model's files."""
    places = importlib.import_module("huggingface_hub.constants")
    version = f" in the revision {revision}" if revision else ""
    return (
        f"Asking {places.ENDPOINT} for the {kind.noun} {name}{version}, because {kind.setting} names it; what "
        f"is not in {places.HF_HUB_CACHE} yet is fetched from there. 正在按设置从该地址获取模型。"
    )


def _out_of_reach(kind: ModelKind, name: str, revision: str, error: Exception) -> str:
    version = f" in the revision {revision}" if revision else ""
    why = " ".join(str(error).split()) or f"no answer within {SECONDS_TO_ANSWER:.0f} seconds"
    return (
        f"The {kind.noun} {name}{version} is no folder here and could not be fetched ({type(error).__name__}: {why}). "
        f"Check the name and the network, or copy the model's folder to this machine and name that: "
        f"{kind.setting}=/path/to/the/folder; {kind.without}."
    )


def _within(seconds: float, task: Callable[[], _Result]) -> _Result:
    """What the task returns or raises; TimeoutError where that takes longer.

    Looking a name up and trying several addresses in turn keep to no time limit of their own.
    """
    answer: Future[_Result] = Future()

    def work() -> None:
        try:
            answer.set_result(task())
        except BaseException as error:  # raised again in the thread that waits
            answer.set_exception(error)

    threading.Thread(target=work, name="askspeech-hub", daemon=True).start()
    return answer.result(timeout=seconds)


@contextmanager
def _no_progress_bars() -> Iterator[None]:
    """Keep a library from writing to stderr how far it is with a file that is here already."""
    bars = importlib.import_module("transformers.utils.logging")
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def _files(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The files in a folder and below it that match one of the patterns, in order; hidden ones are left out."""
    found = {path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()}
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def _refuse_pickles(kind: ModelKind, name: str, files: Iterable[PurePosixPath]) -> None:
    """Raise ModelError where the weights would be read from a pickle, which can run code."""
    paths = list(files)
    safe = {path.parent for path in paths if path.suffix == ".safetensors"}
    pickled = [path for path in paths if path.suffix in PICKLED and path.parent not in safe]
    if alone := [path for path in pickled if not safe or path.name.startswith(PICKLED_WEIGHTS)]:
        raise ModelError(
            f"The {kind.noun} {name} has pickled weights ({alone[0]}) and no .safetensors beside them; they are not "
            f"loaded because they can run code. Name a model that has safetensors, such as {kind.comparable}, or save "
            f"this one again with a library that you trust (save_pretrained writes safetensors); {kind.without}."
        )


def _refuse_code(kind: ModelKind, name: str, folder: Path) -> None:
    """Raise ModelError where a model would have to run code that comes with it, or that it names."""
    if brought := _files(folder, CODE):
        raise ModelError(
            f"The {kind.noun} {name} brings code of its own ({brought[0].relative_to(folder)}), which is never run. "
            f"Name a model in {kind.setting} that sentence_transformers loads without such code, such as "
            f"{kind.comparable}; {kind.without}."
        )
    for path in _files(folder, ("*.json",)):
        if code := _code_named(path):
            raise ModelError(
                f"The {kind.noun} {name} needs code of its own ({path.relative_to(folder)} names {code}), which is "
                f"never run. Name a model that sentence_transformers loads without such code, such as "
                f"{kind.comparable}; {kind.without}."
            )


def _code_named(path: Path) -> str:
    """The code from outside the libraries that a file of a model's settings names; empty where there is none."""
    if path.name in ("modules.json", "router_config.json"):
        return next((name for name in _module_classes(_json(path)) if not name.startswith(OWN_MODULES)), "")
    content = _json(path) if "config" in path.name else None
    mapped = content.get("auto_map") if isinstance(content, Mapping) else None
    return f"auto_map {json.dumps(mapped)}" if mapped else ""


def _module_classes(content: Any) -> list[str]:
    """The classes that a list of modules (modules.json) or a table of them (router_config.json) names."""
    if isinstance(content, Mapping):
        types = content.get("types")
        return [str(name) for name in types.values()] if isinstance(types, Mapping) else []
    return [str(one.get("type") if isinstance(one, Mapping) else one) for one in content or ()]


def _refuse_other_kinds(kind: ModelKind, name: str, folder: Path) -> None:
    """Raise ModelError for a model of another kind: the library would load it and give its missing parts by chance."""
    found = _library_class(folder)
    if found in ("either", kind.library_class):
        return
    raise ModelError(
        f"The {kind.noun} {name} is a {found}, expected a {kind.library_class} such as {kind.comparable}. "
        f"Name one in {kind.setting}; {kind.without}."
    )


def _library_class(folder: Path) -> str:
    """The class of sentence_transformers that a folder was saved from, as far as it says so."""
    settings, config = _json(folder / "config_sentence_transformers.json"), _json(folder / "config.json")
    if isinstance(settings, Mapping) and settings.get("model_type"):
        return str(settings["model_type"])
    if (folder / "modules.json").exists() or not isinstance(config, Mapping):
        return "SentenceTransformer"
    architecture = str((config.get("architectures") or [""])[0])
    if architecture.endswith("ForCausalLM"):
        return "either"
    return "CrossEncoder" if architecture.endswith("ForSequenceClassification") else "SentenceTransformer"


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON ({error}). Fetch the model's folder again.") from error
