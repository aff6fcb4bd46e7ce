"""Rows about what the program is made of: its code and packages (S12), its models (S13), and the injections of S9."""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version
from tests import tiny
from tests.injections import HOSTILE, INJECTIONS
from tests.torture.banned import BANNED_EXAMPLES, SQL_PARTS, banned, sql_parts
from tests.torture.rows import Figures, Row, SkippedError, Trial
from tests.torture.security_world import REPOSITORY, environment

from askspeech.embedder import BUILTIN_FINGERPRINT, StaticEmbedder
from askspeech.embedder import KIND as EMBEDDER
from askspeech.entailment import KIND as CHECKER
from askspeech.errors import ModelError
from askspeech.foreign_models import CHECKSUM, files_digest, load_model
from askspeech.reranker import KIND as RERANKER

# S9: the tests of the injections, as they are; what they ask and what they look for stands in tests/test_injection.py.

INJECTION_TESTS = (
    "test_a_model_that_obeys_everything_leaks_nothing", "test_without_a_model_they_change_nothing",
    "test_with_a_model_that_obeys_nothing_gets_out",
    "test_with_a_model_that_recites_all_it_was_told_nothing_gets_out",
    "test_a_completed_question_holds_no_key_and_no_address", "test_what_has_to_be_quoted_is_quoted_exactly",
)  # fmt: skip


def injected(trial: Trial) -> Figures:
    """One of the tests of the injections."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"tests/test_injection.py::{trial.kind}"], cwd=REPOSITORY,
        env=environment(), capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    return {"largest number of strings": len({*HOSTILE, *INJECTIONS})}


# S12

SOURCES = ("src", "ingest", "examples", "training", "benchmarks")
FLOORS: Mapping[str, tuple[str, str]] = {
    "gradio": ("6.16", "GHSA-j36p-7w88-g82j, CVE-2026-48545, CVE-2026-28416"),
    "h11": ("0.16", "CVE-2025-43859"),
    "langchain-core": ("1.3.3", "CVE-2025-68664, CVE-2026-34070, unsafe load() up to 1.3.2"),
    "langchain-openai": ("1.1.14", "CVE-2026-41488"),
    "langsmith": ("0.8.18", "GHSA-f4xh-w4cj-qxq8, CVE-2026-25528"),
    "lxml": ("6.1", "CVE-2026-41066"),
    "mcp": ("2.2", "sizes and sessions without a limit before"),
    "pillow": ("12.2", "CVE-2026-25990, CVE-2026-40192"),
    "pypdf": ("7.1", "CVE-2025-55197 and others"),
    "python-multipart": ("0.0.22", "CVE-2026-24486"),
    "sentence-transformers": ("6.0", "code from local folders run in spite of trust_remote_code=False"),
    "starlette": ("1.3.1", "CVE-2025-62727, CVE-2026-48710, CVE-2026-54283"),
    "torch": ("2.10", "CVE-2025-32434, CVE-2026-24747"),
    "transformers": ("5.3", "CVE-2026-4372"),
}
"""The first version without the hole, and its name."""


def bandit(_: Trial) -> Figures:
    if shutil.which("bandit", path=str(Path(sys.executable).parent)) is None:
        raise SkippedError("bandit is not installed")
    command = [
        sys.executable,
        "-m",
        "bandit",
        "-c",
        "pyproject.toml",
        "-q",
        "-f",
        "json",
        "-r",
        "src",
        "ingest",
        "app.py",
    ]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, encoding="utf-8", check=False)
    report = json.loads(done.stdout)
    found = [
        f"{one['test_id']} {one['filename']}:{one['line_number']} {one['issue_text']}" for one in report["results"]
    ]
    assert report["errors"] == [] and found == [], "\n".join(found)
    return {"lines read": report["metrics"]["_totals"]["loc"]}


def code(_: Trial) -> Figures:
    """No code does what is banned, and statements are put together of known parts alone; the gate itself works."""
    assert [example for example in BANNED_EXAMPLES if not list(banned(example))] == []
    paths = [path for folder in SOURCES for path in (REPOSITORY / folder).rglob("*.py")] + [REPOSITORY / "app.py"]
    found = [f"{path}: {what}" for path in paths for what in banned(path.read_text(encoding="utf-8"))]
    found += [f"{path}: SQL with {part}" for path in paths for part in sql_parts(path) if part not in SQL_PARTS]
    assert found == [], "\n".join(found)
    return {"files read": len(paths)}


def floors(_: Trial) -> Figures:
    """No version with a known hole can be installed, and none is named in constraints.txt."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    wanted: dict[str, list[Requirement]] = {}
    for requirement in map(Requirement, lines):
        wanted.setdefault(requirement.name.lower(), []).append(requirement)
    pins = dict(
        re.findall(r"^([\w.-]+)==(\S+)$", (REPOSITORY / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    pinned = {name.lower().replace("_", "-"): version for name, version in pins.items()}
    installed = 0
    for name, (floor, hole) in FLOORS.items():
        below = f"{floor}.dev0"
        assert wanted.get(name), f"pyproject.toml names no floor for {name}: {hole}"
        assert not any(one.specifier.contains(below, prereleases=True) for one in wanted[name]), (
            f"{name} may be below {floor}"
        )
        assert Version(pinned.get(name, floor)) >= Version(floor), (
            f"constraints.txt pins {name} to {pinned[name]}: {hole}"
        )
        here = installed_version(name)
        assert here is None or here >= Version(floor), f"{name} as installed: {hole}"
        installed += here is not None
    assert installed, "none of the packages is installed: nothing was compared"
    return {"floors": len(FLOORS), "installed": installed}


def installed_version(name: str) -> Version | None:
    """The version in this environment; None for what only an extra that is not installed asks for."""
    try:
        return Version(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return None


def audited(_: Trial) -> Figures:
    """What the advisory databases know of the packages installed, beyond the waivers of docs/security.md."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.audit"], cwd=REPOSITORY, env=environment(), capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    if done.returncode == SKIPPED_STATUS:
        raise SkippedError(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return {"packages": int(done.stdout.split()[0])}


SKIPPED_STATUS = 77
STATIC: Mapping[str, Callable[[Trial], Figures]] = {
    "bandit": bandit, "banned code": code, "floors": floors, "advisories": audited,
}  # fmt: skip


def static_kinds(_: Path) -> Sequence[str]:
    return tuple(STATIC)


def static(trial: Trial) -> Figures:
    return STATIC[trial.kind](trial)


# S13


def prepare_models(scratch: Path) -> None:
    """One model of each kind, with its checksum taken while it was whole."""
    if not (scratch / "models").exists():
        # No fork: tests call this in a process in which torch's threads may be running.
        making = "import pathlib, sys\nfrom tests.torture import supply_rows\n"
        making += "supply_rows.make_models(pathlib.Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", making, str(scratch)], env=environment(), check=True)


def make_models(scratch: Path) -> None:
    """Make them, whole or not at all."""
    drafts = scratch / "drafts"
    shutil.rmtree(drafts, ignore_errors=True)
    tiny.sentence_transformer(drafts / "one")
    tiny.cross_encoder(drafts / "two")
    (drafts / "one" / "model").rename(drafts / EMBEDDER.noun)
    shutil.copytree(drafts / "two" / "cross-encoder", drafts / RERANKER.noun)
    names = ("contradiction", "entailment", "neutral")
    shutil.copytree(tiny.cross_encoder(drafts / "three", labels=3, names=names), drafts / CHECKER.noun)
    drafts.rename(scratch / "models")


def _flip(path: Path, place: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 1
    path.write_bytes(content)


def _stranger(folder: Path) -> None:
    """Code that makes a mark where it is run."""
    (folder / "stranger.py").write_text(f"open({str(folder.parent / 'ran')!r}, 'w').close()\nclass Stranger: ...\n")


def _foreign_class(folder: Path) -> None:
    _stranger(folder)
    modules = [{"idx": 0, "name": "0", "path": "", "type": "stranger.Stranger"}]
    (folder / "modules.json").write_text(json.dumps(modules))


def _auto_map(folder: Path) -> None:
    _stranger(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "stranger.Stranger"}}))


def _beside(folder: Path) -> None:
    _stranger(folder)
    (folder / "stranger.py").rename(folder / "modeling_stranger.py")


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    mark = str(folder.parent / "ran").encode()
    (folder / "pytorch_model.bin").write_bytes(b"cposix\nsystem\n(S'touch " + mark + b"'\ntR.")


def _swapped(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:-4] + b"\0\0\0\1")


TAMPERED: Mapping[str, Callable[[Path], None]] = {
    "a byte of the weights": lambda folder: _flip(folder / "model.safetensors"),
    "the last number of the weights": _swapped,
    "a byte of the tokenizer": lambda folder: _flip(folder / "tokenizer.json"),
    "modeling_stranger.py beside": _beside,
    "a foreign class in modules.json": _foreign_class,
    "code named in config.json": _auto_map,
    ".bin in place of safetensors": _pickled,
}
BUILT_IN = "built-in embedder"
PINNED = ("a byte of the weights", "the last number of the weights", "a byte of the tokenizer")
"""What cannot run code, and so is only noticed where the checksum is known."""


def tampered_kinds(_: Path) -> Sequence[str]:
    named = [f"{kind.noun}: {way}" for kind in (EMBEDDER, RERANKER, CHECKER) for way in TAMPERED]
    return [*(f"{BUILT_IN}: {way}" for way in (*PINNED, ".bin in place of safetensors")), *named]


def refused(trial: Trial) -> Figures:
    """A model that was tampered with is refused with a sentence, before anything of it is parsed or run."""
    noun, way = trial.kind.split(": ")
    folder = trial.folder / "model"
    if noun == BUILT_IN:
        shutil.copytree(REPOSITORY / "src" / "askspeech" / "embedding_model", folder)
        TAMPERED[way](folder)
        message = _refusal(lambda: StaticEmbedder(folder, fingerprint=BUILTIN_FINGERPRINT))
        assert "fingerprint" in message or "cannot be read" in message, message
    else:
        kind = next(one for one in (EMBEDDER, RERANKER, CHECKER) if one.noun == noun)
        shutil.copytree(trial.scratch / "models" / noun, folder)
        known = CHECKSUM + files_digest(folder).hex()
        TAMPERED[way](folder)
        before = set(sys.modules)
        message = _refusal(lambda: load_model(kind, str(folder), known))
        assert kind.setting in message, message
        if way not in PINNED:
            message = _refusal(lambda: load_model(kind, str(folder)))
            assert "code" in message or "pickled" in message, message
        assert "stranger" not in " ".join(set(sys.modules) - before)
    assert not (trial.folder / "ran").exists(), "what came with the model was run"
    return {"refused": 1}


def _refusal(loading: Callable[[], object]) -> str:
    try:
        loading()
    except ModelError as error:
        return str(error)
    raise AssertionError("it was loaded")


SUPPLY_ROWS = {
    "S9": Row(
        "injections in passages, with and without a model that obeys",
        injected,
        lambda _: INJECTION_TESTS,
        lambda _: None,
    ),
    "S12": Row("code, packages and advisories", static, static_kinds, lambda _: None),
    "S13": Row("models that were tampered with", refused, tampered_kinds, prepare_models),
}
