"""Characters that stand for the same one when searching: traditional for simplified, look-alikes that scans produce.

Only characters that GB 2312 lacks are folded, so no character of ordinary simplified text ever changes. Traditional
forms come from OpenCC; Japanese forms (査 for 查, 増 for 增) are what recognition of scanned pages mostly confuses.
"""

from functools import cache

import opencc

__all__ = ["fold", "simplified"]

_CJK = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))
# Look-alikes that are in neither of OpenCC's tables: rare characters no speech is written with.
_LOOK_ALIKES = dict(zip("冋囯巿亇氺曱甴", "问国市个水甲由", strict=True))
# A name may be written in traditional characters in any text; of a traditional text every third character is one.
_LEAST_TRADITIONAL = 0.02
_QUOTATION_MARKS = str.maketrans("「」『』", "“”‘’")


def fold(text: str) -> str:
    """The text with every such character replaced by the simplified one; its length stays the same."""
    return text.translate(_table())


def simplified(text: str) -> str:
    """A text in traditional characters as it would be in simplified ones, its quotation marks too, of the same length.

    Any other text comes back as it is. The patterns that tell what a text says are matched on this; what is shown is
    always the text itself.
    """
    traditional = _traditional()
    if traditional.isdisjoint(text):
        return text
    chinese = sum("一" <= character <= "鿿" for character in text)
    if sum(character in traditional for character in text) < _LEAST_TRADITIONAL * chinese:
        return text
    # OpenCC takes neither lone surrogates nor anything behind a NUL.
    whole = text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    converted: str = _from_taiwan().convert(whole)
    if len(converted) != len(text):
        converted = text.translate(_table())
    return converted.translate(_QUOTATION_MARKS)


@cache
def _from_taiwan() -> opencc.OpenCC:
    """From traditional characters as Taiwan writes them, 著 for 着, which reads those of other places as well."""
    return opencc.OpenCC("tw2s")


@cache
def _traditional() -> frozenset[str]:
    """The characters that only traditional text is written with."""
    characters = [chr(code) for start, end in _CJK for code in range(start, end) if not _ordinary(chr(code))]
    plain = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return frozenset(one for one, other in zip(characters, plain, strict=True) if one != other)


@cache
def _table() -> dict[int, str]:
    characters = [chr(code) for start, end in _CJK for code in range(start, end) if not _ordinary(chr(code))]
    to_simplified = opencc.OpenCC("t2s")
    from_japanese = to_simplified.convert(opencc.OpenCC("jp2t").convert("\n".join(characters))).split("\n")
    simplified = to_simplified.convert("\n".join(characters)).split("\n")
    table = {}
    for character, plain, other in zip(characters, simplified, from_japanese, strict=True):
        folded = plain if plain != character else other
        if folded != character and len(folded) == 1:
            table[ord(character)] = folded
    return table | {ord(character): plain for character, plain in _LOOK_ALIKES.items()}


def _ordinary(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
