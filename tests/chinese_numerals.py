"""Numbers written out in Chinese numerals, the other way round than the package reads them."""

__all__ = ["in_chinese"]

_NUMERALS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """The numeral of a number below ten to the twelfth: 1203 → 一千二百零三."""
    parts: list[str] = []
    for power, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section, number = divmod(number, power)
        if section:
            gap = "零" if parts and section < 1000 else ""
            parts.append(gap + _below_ten_thousand(section) + name)
    return "".join(parts) or "零"


def _below_ten_thousand(number: int) -> str:
    said = ""
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            said += _NUMERALS[digit] + name
        elif said and not said.endswith("零") and number:
            said += "零"
    return said
