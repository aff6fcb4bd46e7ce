"""Gradio imported without the type stubs that it writes beside its components.

Whenever Gradio 6 is imported it parses the source of each of its components twice to see whether the stub beside it is
up to date: half of the 2.8 seconds that importing it took, for files that only an editor reads.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

__all__ = ["without_stubs"]

MODULE, FUNCTION = "gradio.component_meta", "create_or_modify_pyi"


@contextmanager
def without_stubs() -> Iterator[None]:
    """A block in which Gradio is imported faster; nothing happens where it has been imported before."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module that writes stubs, loaded so that it writes none; None for any other."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname == MODULE else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As its own loader does."""
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and let it write nothing."""
        self._own.exec_module(module)
        setattr(module, FUNCTION, _written)


def _written(*_: object) -> None:
    """Instead of writing a stub."""
