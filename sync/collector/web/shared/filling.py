"""Filling: a page's form with what somebody had typed there before, however the page is made.

The page's text stays as it is but for the fields of that one form; its key stays the page's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from sync.collector.web.shared.forms import FORM_KEY

Attributes = Sequence[tuple[str, str | None]]
TICKED = ("checkbox", "radio")
NOT_TYPED = ("submit", "button", "file", "image", "reset", "password")


@dataclass(slots=True)
class Filled:
    """A page with its form filled in."""

    html: str
    left: dict[str, str]
    """What had no field in the page as it is now."""


def fill_form(html: str, action: str, fields: Mapping[str, str]) -> Filled | None:
    """The page with the form that is sent to ``action`` filled in; None where the page has no such form."""
    forms = _Forms(action)
    forms.feed(html)
    if not forms.hidden:
        return None
    # Several forms of a page may be sent to one address: the one is meant that says the same of what it is about.
    fits = [sum(fields.get(name) == value for name, value in each.items()) for each in forms.hidden]
    filler = _Filler(action, fits.index(max(fits)), fields)
    filler.feed(html)
    filler.close()
    return Filled("".join(filler.out), {name: value for name, value in fields.items() if name not in filler.placed})


class _Forms(HTMLParser):
    """The hidden fields of each form that is sent to an address."""

    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=False)
        self._action, self._inside = action, False
        self.hidden: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        said = dict(attrs)
        if tag == "form":
            self._inside = _is_sent_to(said, self._action)
            if self._inside:
                self.hidden.append({})
        elif self._inside and tag == "input" and said.get("type") == "hidden":
            self.hidden[-1][said.get("name") or ""] = said.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@dataclass(slots=True)
class _Place:
    """Where the filler is."""

    seen: int = 0
    is_inside: bool = False
    select: str = ""
    is_area: bool = False
    folded: list[int] = field(default_factory=list)


class _Filler(HTMLParser):
    def __init__(self, action: str, which: int, fields: Mapping[str, str]) -> None:
        super().__init__(convert_charrefs=False)
        self._action, self._which, self._fields = action, which, fields
        self._at = _Place()
        self.out: list[str] = []
        self.placed: set[str] = {FORM_KEY}

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        said, at = dict(attrs), self._at
        text = self.get_starttag_text() or ""
        name = said.get("name") or ""
        if tag == "details":
            at.folded.append(len(self.out))
        elif tag == "form" and _is_sent_to(said, self._action):
            at.is_inside = at.seen == self._which
            at.seen += 1
            if at.is_inside:
                self._unfold()
        elif at.is_inside and tag == "input":
            text = self._input(text, attrs, name)
        elif at.is_inside and tag == "button":
            # Which button was pressed is for the person to say again.
            self.placed.add(name)
        elif at.is_inside and tag == "select":
            at.select = name
            self.placed.add(name)
        elif at.is_inside and tag == "option" and at.select in self._fields:
            text = _tag(tag, attrs, "selected", said.get("value") == self._fields[at.select])
        elif at.is_inside and tag == "textarea" and name in self._fields:
            text += escape(self._fields[name], quote=False)
            at.is_area = True
            self.placed.add(name)
        self.out.append(text)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._at.is_inside = False
        elif tag == "details" and self._at.folded:
            self._at.folded.pop()
        elif tag == "select":
            self._at.select = ""
        elif tag == "textarea":
            self._at.is_area = False
        self.out.append(f"</{tag}>")

    def handle_startendtag(self, _tag: str, _attrs: Attributes) -> None:
        self.out.append(self.get_starttag_text() or "")

    def handle_data(self, data: str) -> None:
        if not self._at.is_area:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def _input(self, text: str, attrs: Attributes, name: str) -> str:
        said = dict(attrs)
        kind = said.get("type") or "text"
        if not name or name == FORM_KEY or kind in NOT_TYPED:
            return text
        self.placed.add(name)
        if kind in TICKED:
            return _tag("input", attrs, "checked", self._fields.get(name) == (said.get("value") or "on"))
        if name not in self._fields:
            return text
        rest = [(key, value) for key, value in attrs if key != "value"]
        return _tag("input", [*rest, ("value", self._fields[name])])

    def _unfold(self) -> None:
        for index in self._at.folded:
            if " open" not in self.out[index]:
                self.out[index] = self.out[index].replace("<details", "<details open", 1)


def _is_sent_to(said: Mapping[str, str | None], action: str) -> bool:
    return (said.get("method") or "").lower() == "post" and said.get("action") == action


def _tag(name: str, attrs: Attributes, mark: str = "", has_mark: bool = False) -> str:
    kept = [(key, value) for key, value in attrs if key != mark] + ([(mark, None)] if has_mark else [])
    words = (key if value is None else f'{key}="{escape(value)}"' for key, value in kept)
    return f"<{' '.join((name, *words))}>"
