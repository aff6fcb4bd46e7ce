"""What no code of this project may do, found in its syntax tree; and the statements that it puts together."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["BANNED_EXAMPLES", "SQL_PARTS", "banned", "sql_parts"]

_MODULES = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jinja2", "yaml", "telnetlib"})
_NAMES = frozenset({"eval", "exec", "__import__", "load_prompt", "load_prompt_from_config", "from_template"})
_CALLS = frozenset({"gr.load", "torch.load", "yaml.load", "os.system", "os.popen", "hub.pull", "langchain_core.load"})
_KEYWORDS = {
    "trust_remote_code": True, "share": True, "shell": True, "allow_pickle": True, "verify": False,
    "sanitize_html": False, "allow_dangerous_deserialization": True, "weights_only": False,
}  # fmt: skip
_NEVER = frozenset({"allowed_paths", "template_format"})
_PLAIN_LOADS = frozenset({"json", "tomllib"})

BANNED_EXAMPLES = (
    "import pickle", "from joblib import load", "import jinja2.sandbox", "eval(text)", "exec(code)",
    "__import__(name)", "yaml.load(text)", "torch.load(path)", "gr.load('models/x')", "f(trust_remote_code=True)",
    "demo.launch(share=True)", "launch(allowed_paths=['/'])", "run(command, shell=True)", "os.system(command)",
    "np.load(path, allow_pickle=True)", "load_prompt(path)", "PromptTemplate.from_template(text)",
    "Prompt(template_format='jinja2')", "loads(text)", "langchain.loads(text)", "httpx.get(url, verify=False)",
    "gr.Markdown(sanitize_html=False)", "f(trust_remote_code=flag)",
)  # fmt: skip
"""Each is found by a rule of its own; a gate that finds nothing in these would find nothing anywhere."""

SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|REPLACE|WITH|ATTACH)\b")
_SQL_PARTS = (
    "_PASSAGE", "_SPEECHES_OF", "_APPLICATION", "_LAYOUT", "LAYOUT", "self._kind.application", "self._kind.layout",
    "older + 1", "column", "columns", "condition", "conflict", "table", "name", "', '.join('?' * columns)",
    "', '.join('?' * len(part))",
)  # fmt: skip
SQL_PARTS = frozenset(_SQL_PARTS)
"""What statements are put together of: names of tables and columns and marks for values, all written in the code."""


def banned(source: str) -> Iterator[str]:
    """What a module does that none may, with the line."""
    for node in ast.walk(ast.parse(source)):
        for found in _found(node):
            yield f"line {getattr(node, 'lineno', 0)}: {found}"


def _found(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (f"imports {one.name}" for one in node.names if one.name.split(".")[0] in _MODULES)
    elif isinstance(node, ast.ImportFrom):
        if (node.module or "").split(".")[0] in _MODULES:
            yield f"imports {node.module}"
        yield from (f"imports {one.name}" for one in node.names if one.name in _NAMES)
    elif isinstance(node, ast.Call):
        yield from _called(node)


def _called(node: ast.Call) -> Iterator[str]:
    called = ast.unparse(node.func)
    last = called.rpartition(".")[2]
    if last in _NAMES or called in _CALLS or (last == "loads" and called.rpartition(".")[0] not in _PLAIN_LOADS):
        yield f"calls {called}"
    for keyword in node.keywords:
        value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
        bad = _KEYWORDS.get(keyword.arg or "")
        if keyword.arg in _NEVER or (bad is not None and value is not (not bad)):
            yield f"calls {called} with {keyword.arg}={ast.unparse(keyword.value)}"


def sql_parts(path: Path) -> Iterator[str]:
    """What is put into the SQL statements of a module, as its expressions stand there."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr) and node.values:
            first = node.values[0]
            if isinstance(first, ast.Constant) and SQL.match(str(first.value)):
                yield from (ast.unparse(part.value) for part in node.values if isinstance(part, ast.FormattedValue))
