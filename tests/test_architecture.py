"""The shape of the package: which module may import which, what only one module imports, and what importing does."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

# From the bottom up: a module may import its own layer and those before it, nothing after it.
LAYERS = {
    "foundation": {"bilingual", "build_report", "datatypes", "errors", "settings"},
    "pure": {
        "actors",
        "answer_parts",
        "answer_copy",
        "answer_rendering",
        "api_examples",
        "api_models",
        "api_results",
        "asked",
        "attributing",
        "binding",
        "blanks",
        "borrowed",
        "candidates",
        "checking",
        "citing",
        "cleaning",
        "cleaning_rules",
        "collapsing",
        "comparing",
        "composing",
        "copies",
        "coverage",
        "dates",
        "decoding",
        "derived_numbers",
        "described",
        "drop_reasons",
        "english_checking",
        "english_polarity",
        "english_quantities",
        "evidence",
        "export_markdown",
        "export_texts",
        "exporting",
        "facts",
        "faults",
        "filtering",
        "folding",
        "framing",
        "fusion",
        "glance",
        "glance_texts",
        "glossary",
        "handles",
        "inline_cleaning",
        "inspection",
        "inspection_page",
        "inspection_text",
        "joining",
        "leaving_out",
        "keeping",
        "keeping_texts",
        "late_interaction",
        "ledger",
        "lexicon",
        "lines",
        "made_material",
        "made_questions",
        "made_rules",
        "made_unanswerable",
        "made_wording",
        "marked_text",
        "marks",
        "markers",
        "meetings",
        "mentions",
        "modality",
        "model_failures",
        "negation",
        "neutral",
        "numerals",
        "offered",
        "offices",
        "outline",
        "passages",
        "people_texts",
        "phrases",
        "places",
        "printing",
        "progress",
        "prompting",
        "purposes",
        "quantities",
        "question_kinds",
        "questions",
        "ranking",
        "rates",
        "reader_rendering",
        "reading_text",
        "rendering",
        "roles",
        "scoring",
        "selection",
        "sentences",
        "site_texts",
        "sought",
        "library_texts",
        "upload_texts",
        "space",
        "speeches",
        "statements",
        "strong_claims",
        "sufficiency",
        "suggestions",
        "surroundings",
        "texts",
        "token_memory",
        "tokens",
        "tool_models",
        "tool_results",
        "understanding",
        "variety",
        "verbatim",
        "wanted",
        "whole_speech",
        "why_rendering",
        "zones",
    },
    "edges": {
        "telling",
        "gate",
        "founding",
        "gradio_stubs",
        "users",
        "devices",
        "throttle",
        "turns",
        "passwords",
        "callers",
        "access_records",
        "access",
        "access_log",
        "archives",
        "build_record",
        "builder",
        "catalog",
        "chat_models",
        "checksums",
        "forking",
        "chroma_files",
        "chroma_server",
        "connections",
        "conversations",
        "corpus_files",
        "data_files",
        "disk",
        "early_scripts",
        "egress",
        "embedder",
        "entailment",
        "exclusions",
        "process_memory",
        "export_docx",
        "export_footnotes",
        "fair_shares",
        "file_locks",
        "file_reports",
        "followed",
        "foreign_models",
        "formats",
        "generation",
        "hosts",
        "kept_records",
        "keywords",
        "limited_body",
        "limits",
        "logs",
        "manifest",
        "metrics",
        "model_replies",
        "prepared",
        "readers",
        "reading_pool",
        "refusals",
        "recording",
        "records",
        "redaction",
        "reranker",
        "server_vectors",
        "spool",
        "store",
        "store_lock",
        "upload_checks",
        "uploads",
        "vector_places",
        "vectors",
    },
    "pipelines": {
        "answers",
        "choosing",
        "documents",
        "drafting",
        "earlier",
        "engines",
        "evaluation",
        "extracting",
        "follow_ups",
        "hit_surroundings",
        "indexing",
        "legs",
        "library",
        "live_index",
        "observing",
        "preparing",
        "preparing_worker",
        "ray_workers",
        "retriever",
        "search",
        "term_uses",
        "verification",
        "worker_pool",
        "writing",
    },
    "faces": {
        "user_command",
        "sign_in_page",
        "sign_in",
        "people_page",
        "__init__",
        "__main__",
        "answer_footer",
        "answer_tools",
        "api",
        "api_application",
        "api_errors",
        "asking",
        "asking_queue",
        "building",
        "chat",
        "chat_keeping",
        "cli",
        "comparison_text",
        "evaluating",
        "exports",
        "feedback",
        "filter_panel",
        "glance_charts",
        "glance_page",
        "glance_rendering",
        "glance_view",
        "granting",
        "health",
        "inspecting",
        "keeping_events",
        "keeping_panel",
        "incoming",
        "inspection_route",
        "upload_rendering",
        "welcoming",
        "library_events",
        "library_looks",
        "library_page",
        "library_rendering",
        "library_rows",
        "library_table",
        "links",
        "mcp_server",
        "mcp_tools",
        "opening",
        "operations",
        "late_refusals",
        "overflow",
        "options",
        "chat_page",
        "chat_parts",
        "page",
        "page_owners",
        "page_sessions",
        "site",
        "reporting",
        "running",
        "page_events",
        "sent_files",
        "server",
        "showing",
        "shown_exchanges",
        "stopping",
        "workers",
    },
}
# What only the named modules import.
RESERVED = {
    "altair": {"glance_charts"},
    "argon2": {"passwords"},
    "chromadb": {"chroma_files", "chroma_server", "vectors"},
    "tantivy": {"keywords"},
    "sqlite3": {"access", "catalog", "checksums", "conversations", "data_files", "throttle", "users"},
    "gradio": {
        "answer_tools",
        "asking_queue",
        "welcoming",
        "chat_page",
        "chat_parts",
        "filter_panel",
        "glance_page",
        "keeping_events",
        "keeping_panel",
        "library_events",
        "library_looks",
        "library_page",
        "page",
        "page_sessions",
        "people_page",
        "page_events",
        "server",
        "showing",
        "site",
    },
    "fastapi": {"api", "api_application", "api_errors", "server"},
    "uvicorn": {"connections", "server", "stopping"},
    "langchain": {"chat_models"},
    "mcp": {"mcp_server"},
    "docx": {"export_docx", "export_footnotes"},
    "prometheus_client": {"metrics"},
    "msgpack": {"prepared"},
    "ray": {"ray_workers"},
}
# Libraries that are imported under another name than they are installed by.
DISTRIBUTIONS = {"PIL": "pillow", "argon2": "argon2_cffi", "docx": "python_docx"}
# What a pure module never imports: files, processes, the network, the environment, models.
IMPURE = {"http", "os", "shutil", "socket", "subprocess", "tempfile", "urllib"}
IMPURE |= {"sentence_transformers", "torch", "transformers"}
LONGEST_FILE = 400
REPOSITORY = Path(__file__).resolve().parents[1]
SOURCE = REPOSITORY / "src" / "askspeech"
MODULES = sorted(SOURCE.rglob("*.py"))


@dataclass(frozen=True)
class Import:
    """One import statement's module, and whether it runs when the importing module is imported."""

    module: str
    eager: bool


def name_of(path: Path) -> str:
    """The module's name within the package; a subpackage counts as one module."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def layer_of(module: str) -> int:
    return next((number for number, modules in enumerate(LAYERS.values()) if module in modules), -1)


def imports(path: Path) -> list[Import]:
    return list(walk(ast.parse(path.read_text(encoding="utf-8")), eager=True))


def walk(node: ast.AST, *, eager: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, eager) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "imports inside the package name it: from askspeech.x import y"
            yield from named(child, eager=eager)
        else:
            runs_later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            yield from walk(child, eager=eager and not runs_later and not for_types)


def named(statement: ast.ImportFrom, *, eager: bool) -> Iterator[Import]:
    module = statement.module or ""
    for alias in statement.names:
        inside = module == "askspeech" and (SOURCE / f"{alias.name}.py").exists()
        yield Import(f"askspeech.{alias.name}" if inside else module, eager)


def own_imports(path: Path, *, only_eager: bool = False) -> set[str]:
    """The package's modules that a module imports; the package itself is `__init__`."""
    parts = [one.module.split(".") for one in imports(path) if one.eager or not only_eager]
    return {part[1] if len(part) > 1 else "__init__" for part in parts if part[0] == "askspeech"} - {name_of(path)}


def foreign_imports(path: Path) -> set[str]:
    return {one.module.split(".")[0] for one in imports(path)} - {"askspeech"}


def test_every_module_has_a_layer() -> None:
    listed = set().union(*LAYERS.values())
    assert {name_of(path) for path in MODULES} <= listed, "give the new module its place in LAYERS"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    layer = layer_of(name_of(path))
    wrong = sorted(module for module in own_imports(path) if layer_of(module) > layer)
    assert not wrong, f"{name_of(path)} imports {wrong}, which are above it"


def test_no_module_imports_the_package_itself() -> None:
    assert [name_of(path) for path in MODULES if "__init__" in own_imports(path)] == []


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        graph.setdefault(name_of(path), set()).update(own_imports(path, only_eager=True))
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"modules import each other: {' → '.join(error.args[1])}")


@pytest.mark.parametrize("library", sorted(RESERVED))
def test_one_wrapper_for_each_library(library: str) -> None:
    users = {name_of(path) for path in MODULES if library in foreign_imports(path)}
    assert users <= RESERVED[library]


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) in LAYERS["pure"]], ids=name_of)
def test_pure_modules_stay_pure(path: Path) -> None:
    assert not foreign_imports(path) & (IMPURE | set(RESERVED))


def test_every_library_is_declared() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # What recognises characters in pictures is an extra, asked for by name where it is missing; so is Ray.
    extras = project["optional-dependencies"]
    lines = (*project["dependencies"], *extras["ocr"], *extras["ray"])
    declared = {re.split(r"[<>=\[]", line)[0].replace("-", "_") for line in lines}
    used = set().union(*(foreign_imports(path) for path in MODULES)) - sys.stdlib_module_names
    # PyTorch comes with sentence-transformers, in the build that the Makefile has chosen.
    assert {DISTRIBUTIONS.get(name, name) for name in used} <= declared | {"torch"}


def test_only_the_faces_read_the_environment() -> None:
    readers = {
        name_of(path)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
    }
    # These read no setting: they choose what their children get of the environment (no key; one thread), or see whether
    # it is what they began with. Ray reads its own variables, and sends how it is used unless one of them says no.
    assert readers <= LAYERS["faces"] | {"builder", "forking", "ray_workers", "reading_pool", "worker_pool"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_stay_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{name_of(path)} has {lines} lines: split it"


def test_no_packages_beside_ours() -> None:
    beside = [path for folder in ("ingest", "vectordb") for path in (REPOSITORY / folder).rglob("__init__.py")]
    assert beside == [], "a package named vectordb is published: ours must never be importable"


def run_python(program: str, folder: Path) -> str:
    """What a fresh interpreter prints in that folder."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


HEAVY = ("torch", "chromadb", "gradio", "sentence_transformers", "transformers", "tantivy", "langchain_core", "fastapi")


def test_importing_does_nothing(tmp_path: Path) -> None:
    program = (
        "import logging, sys, askspeech; "
        f"print([name for name in {HEAVY} if name in sys.modules], logging.getLogger().handlers)"
    )
    assert run_python(program, tmp_path) == "[] []\n"
    assert list(tmp_path.iterdir()) == []


def test_command_line_starts_without_the_heavy_libraries(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom askspeech.cli import main\ntry:\n    main(['build', '--help'])\nexcept SystemExit:\n"
        f"    print([name for name in {(*HEAVY, 'rich')} if name in sys.modules])"
    )
    assert run_python(program, tmp_path).splitlines()[-1] == "[]"
