"""The rules of cleaning, as data: those of the package in cleaning_rules.toml, and more of a user's own."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from askspeech.errors import SettingsError
from askspeech.folding import simplified

__all__ = ["LineRule", "Rules", "default_rules", "load_rules", "parse_rules"]


@dataclass(frozen=True, slots=True)
class LineRule:
    """Lines that are dropped for one reason."""

    reason: str
    patterns: tuple[re.Pattern[str], ...]

    def match(self, line: str) -> re.Match[str] | None:
        """The match of the first pattern that fits the whole line."""
        return next((found for pattern in self.patterns if (found := pattern.fullmatch(line))), None)


@dataclass(frozen=True, slots=True)
class Rules:
    """What cleaning drops by line, and what it takes for a hidden part."""

    lines: tuple[LineRule, ...]
    gaps: tuple[LineRule, ...]

    def __add__(self, other: "Rules") -> "Rules":
        """These rules, then the others."""
        return Rules(self.lines + other.lines, self.gaps + other.gaps)

    @property
    def fingerprint(self) -> str:
        """A hash of all reasons and patterns, in their order (32 hexadecimal digits)."""
        content = [
            [(rule.reason, [(pattern.pattern, pattern.flags) for pattern in rule.patterns]) for rule in rules]
            for rules in (self.lines, self.gaps)
        ]
        return hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@cache
def default_rules() -> Rules:
    """The rules that the package carries."""
    return parse_rules(resources.files("askspeech").joinpath("cleaning_rules.toml").read_text(encoding="utf-8"))


def load_rules(path: Path | None) -> Rules:
    """The package's rules and, where a file of the user's is named, its rules as well.

    Raises SettingsError where the file cannot be read or is not of the form of cleaning_rules.toml.
    """
    if path is None:
        return default_rules()
    try:
        return default_rules() + parse_rules(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, re.error) as error:
        raise SettingsError(
            f"The cleaning rules in {path} cannot be used ({type(error).__name__}: {error}). Expected TOML "
            'with tables [[line]] or [[gap]], each with reason = "…" and patterns = ["…"], as in the package.'
        ) from error


def parse_rules(toml: str) -> Rules:
    """The rules that a TOML text holds."""
    data = tomllib.loads(toml)
    return Rules(lines=_line_rules(data.get("line", ())), gaps=_line_rules(data.get("gap", ())))


def _line_rules(tables: Sequence[dict[str, Any]]) -> tuple[LineRule, ...]:
    return tuple(LineRule(str(table["reason"]), tuple(_compiled(table["patterns"]))) for table in tables)


def _compiled(patterns: Sequence[str]) -> Iterator[re.Pattern[str]]:
    """The patterns; one in traditional characters also as it would be in those that lines are matched in."""
    for pattern in patterns:
        yield from (re.compile(form) for form in dict.fromkeys((pattern, simplified(pattern))))
