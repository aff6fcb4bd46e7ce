"""Signs of the symbol fonts (Symbol, Wingdings): the characters that Unicode has for them."""

from collections.abc import Mapping

__all__ = ["bullet_of", "symbol"]

_WINGDINGS: Mapping[int, str] = {
    0x28: "☎", 0x2A: "✉", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x74: "⧫", 0x75: "◆",
    0x76: "❖", 0x77: "⬥", 0x81: "①", 0x82: "②", 0x83: "③", 0x84: "④", 0x85: "⑤", 0x86: "⑥", 0x87: "⑦", 0x88: "⑧",
    0x89: "⑨", 0x8A: "⑩", 0x8C: "❶", 0x8D: "❷", 0x8E: "❸", 0x8F: "❹", 0x90: "❺", 0x91: "❻", 0x92: "❼", 0x93: "❽",
    0x94: "❾", 0x95: "❿", 0x9F: "•", 0xA0: "▪", 0xA1: "○", 0xA7: "▪", 0xA8: "□", 0xAB: "★", 0xAC: "✦", 0xD8: "➢",
    0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒",
    0xFE: "☑",
}  # fmt: skip
_WINGDINGS_2: Mapping[int, str] = {
    0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x6A: "①", 0x6B: "②", 0x6C: "③", 0x6D: "④", 0x6E: "⑤", 0x6F: "⑥",
    0x70: "⑦", 0x71: "⑧", 0x72: "⑨", 0x73: "⑩", 0x97: "●", 0xA3: "□",
}  # fmt: skip
_SYMBOL: Mapping[int, str] = {
    0x61: "α", 0x62: "β", 0x67: "γ", 0x6D: "μ", 0x70: "π", 0x73: "σ", 0xA3: "≤", 0xA5: "∞", 0xAE: "→", 0xB0: "°",
    0xB1: "±", 0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBB: "≈", 0xBC: "…", 0xDE: "⇒",
}  # fmt: skip
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL}
_PRIVATE_USE = range(0xE000, 0xF900)


def symbol(font: str, code: int) -> str:
    """The character of a font's sign; "" where it has none that is known.

    `code` is as Word writes it: for symbol fonts the place in the font, as it is or in the private use area (F000).
    """
    known = _FONTS.get(font.lower())
    if known is not None:
        return known.get(code & 0xFF, "")
    return "" if code in _PRIVATE_USE or code < 0x20 or code > 0xFFFF or 0xD800 <= code < 0xE000 else chr(code)


def bullet_of(text: str) -> str:
    """A bullet as a character that every font has: lists use private codes of Wingdings and Symbol."""
    if len(text) == 1 and ord(text) in _PRIVATE_USE:
        code = ord(text) & 0xFF
        return _WINGDINGS.get(code) or _SYMBOL.get(code, "•")
    return text
