"""What looks like a secret, taken out of text that goes into a log, in time that grows with its length alone. Pure."""

import re
from collections.abc import Callable, Collection
from urllib.parse import quote

__all__ = ["redactor"]

HIDDEN = "…"
# The first ones also where they end a longer name; what stands before them is not looked at, as for each hyphen of a
# long text the rest of it would be read again.
_NAMES = (
    r"(?:password|passwd|passphrase|secret|api[_-]?key|\b(?:authorization|askspeech_(?:session|device)"
    r"|(?:access|refresh|auth|chroma|csrf|x|session)[_-]?(?:token|key)|token|密码|口令|密钥|令牌))"
)
_SHAPES = (
    # A cookie header, whole: what follows may hold several.
    (re.compile(r"(?i)\b((?:set-)?cookie\b[\"']?\s*[:=,]\s*b?[\"']?)(?=[^\s\"'])[^\"'\n]+"), rf"\1{HIDDEN}"),
    # A scheme with its credentials, before the names: of "authorization: Bearer x" the x is what must go.
    (re.compile(r"(?i)\b(bearer|basic|digest)\s+(?=\S{6})[^\s\"',;)}\]]+"), rf"\1 {HIDDEN}"),
    # A name and its value: password=…, "api_key": "…", (b'x-token', b'…').
    (
        re.compile(rf"(?i)({_NAMES}[\"']?\s*[:=,：]\s*b?)(?:\"[^\"\n]*\"|'[^'\n]*'|(?=[^\s\"'])[^\s\"'&;,)}}\]]+)"),
        rf"\1{HIDDEN}",
    ),
    # A user and a password in an address.
    (re.compile(r"(?<=://)[^/\s@]+@"), f"{HIDDEN}@"),
    # Our tokens, and keys as the usual services write them.
    (re.compile(r"\bask_[0-9A-Za-z]+_[0-9A-Za-z]+"), f"ask_{HIDDEN}"),
    (re.compile(r"\b(?:sk|pk|rk|hf|ghp|gho|glpat|xox[a-z])[-_][\w*.-]{8,}"), HIDDEN),
    # Hashes of passwords.
    (re.compile(r"\$(?:argon2\w*|2[aby]|scrypt|pbkdf2[\w-]*)\$[^\s\"']+"), HIDDEN),
    # Long random text, which session ids and most keys are; names in programs have no digits among so many letters.
    (re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9_-]{40,}"), HIDDEN),
)


def redactor(secrets: Collection[str] = ()) -> Callable[[str], str]:
    """A function that takes those secrets out of a text, as they are and as in addresses, and what looks like one."""
    known = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
    longest_first = sorted(known, key=len, reverse=True)

    def redacted(text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, HIDDEN)
        for shape, instead in _SHAPES:
            text = shape.sub(instead, text)
        return text

    return redacted
