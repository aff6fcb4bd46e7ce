"""Files that a page's event names: only what was uploaded before, never an address that the server would fetch.

Gradio fetches whatever public address stands where an event may hold a file, in any of its values and before the event
is handled, for whoever may open a page.
"""

import re
from typing import Any

__all__ = ["names_an_address"]

_ADDRESS = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:/")


def names_an_address(values: Any) -> bool:
    """Whether anything among the values, however deep, is a file that is named by an address."""
    waiting = [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if isinstance(value.get("path"), str) and _ADDRESS.match(value["path"]):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False
