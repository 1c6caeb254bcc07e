"""Excerpt: the end of a kiosk's log as it may travel: nothing in it names a person, and no secret stays.

Our own lines never hold a rating or a citizen's words. What other programs wrote into the same log may, so the
kiosk takes out whatever could name somebody, and the collector does it again.
"""

import re

from sync.protocol.messages import EXCERPT_MAX

_HIDDEN = "[…]"
_PATTERNS = (
    # "payload":"…", text=…, password: …: what is named as somebody's words or as a secret.
    re.compile(
        r"""(?i)(["']?\b(?:payload|text|words|comment|name|full_?name|user|password|passwd|secret|token|code|key|salt|pin)"""
        r"""\b["']?\s*[:=]\s*)("[^"\n]*"|'[^'\n]*'|[^\s,;}\]]+)"""
    ),
    re.compile(r"()[\w.+-]+@[\w-]+\.[\w.-]+"),
    # Telephone, identity card and dossier numbers: eight digits or more, however they are grouped.
    re.compile(r"()(?<![\w:.-])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ .-]?\d){7,}(?![\w:])"),
    re.compile(r"()(?<=//)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"((?:/home|/Users)/|C:\\Users\\)[^/\\\s]+"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def without_persons(text: str) -> str:
    """The end of a log, cut at a line, without what could name a person."""
    plain = _CONTROL.sub("", text)
    for pattern in _PATTERNS:
        plain = pattern.sub(lambda found: f"{found[1]}{_HIDDEN}", plain)
    if len(plain) > EXCERPT_MAX:
        plain = plain[-EXCERPT_MAX:].partition("\n")[2]
    return plain
