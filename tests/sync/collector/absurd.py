"""Absurd addresses: every page's own names of parameters and fields, filled with what no link and no browser writes."""

import inspect
import re
from pathlib import Path
from typing import Any

from sync.collector import web

ODD = [
    "", " ", "\0", "a\0b", "\n", "\u202e", "\ufeff", "\U0010ffff", "Đắk Lắk", "%", "%00", "..", "/", "\\", "'", '"<b>',
    "{}", "-1", "0", "1", "01", "+1", " 1 ", "1.5", "1e9", "١", "²", "2147483648", "9223372036854775807",
    "9223372036854775808", "99999999999999999999", "9" * 5000, "NaN", "inf", "true", "null", "x" * 41, "x" * 300,
    "0001", "0001-01", "0001-01-01", "1970-01-01", "1999-12", "2000", "2000-01", "2000-W01", "2000-01-01", "2000-Q1",
    "2026", "2026-11", "2026-W47", "2026-Q4", "2026-11-20", "2026-02-30", "2026-13", "2026-W54", "2999", "2999-12",
    "2999-12-31", "2999-W53", "9999", "9999-12", "9999-12-31", "9999-W52", "9999-Q4", "10000-01", "0000-00-00",
    "2026-11-20..2026-11-01", "2026-11-01..2026-11-20", "0001-01-01..9999-12-31", "9999-01-01..9999-12-31",
    "2000-01-01..2000-01-02", "nam-truoc", "2026-11-20T09:00", "0001-01-01T00:00", "9999-12-31T23:59", "31/12/9999",
    "sipas-5@1", "sipas-5@1:overall", "sipas-5@9999", "@", ":", "XA", "xa", "XB", "XA:Q1", "Q1", "top2box", "mean5",
    "am", "pm", "csv", "xlsx", "all", "next", "hold", "undo", "vi", "en", "on", "don-vi", "custom", "set", "day",
    "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000g", "00000000", "f" * 36, "a" * 16,
]  # fmt: skip
"""One after another, what has been wrong somewhere, and what is right at some place and wrong at another."""

NO_PAGES = ("/v1/journals", "/v1/device", "/v1/enrolments", "/openapi.json", "/assets")
"""What kiosks open, and programs: tests/sync/collector/api/test_openapi.py walks there."""

_IN_SOURCE = re.compile(r"""(?:\.get\(|query\[|form\[|said\[|in form|alias=)\(?f?["']([\w{}-]+)["']""")
_IN_TEMPLATES = re.compile(r'name="([\w-]+)"')
_FIELDS_OF_ROWS = tuple(f"{name}_{n}" for name in ("from", "to", "days", "day", "key", "text", "level", "text_vi")
                        for n in (0, 1, 4))  # fmt: skip


def value_of(number: Any, known: str = "") -> Any:
    """What a generated number stands for; in an address as often what is there as what is not."""
    if not isinstance(number, int):
        return number
    return ODD[number] if number < len(ODD) else known


def schema_of(app: Any) -> dict[str, Any]:
    """An API description of the pages, which have none, so that schemathesis can walk through them.

    Every value is a number for ``value_of``: a list of a hundred texts at each place takes minutes to prepare.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in app.routes:
        for method in sorted((getattr(route, "methods", None) or set()) & {"GET", "POST"}):
            if not route.path.startswith(NO_PAGES):
                paths.setdefault(_plain(route.path), {})[method.lower()] = _operation(route, method)
    return {"openapi": "3.1.0", "info": {"title": "pages", "version": "1"}, "paths": paths}


def _operation(route: Any, method: str) -> dict[str, Any]:
    odd = {"type": "integer", "minimum": 0, "maximum": len(ODD) - 1}
    # What is there as often as what is not: else nothing behind the first look would be tried.
    place = {**odd, "maximum": 2 * len(ODD)}
    names = _names_of(route)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": place} for name in re.findall(r"\{(\w+)", route.path)
    ]
    parameters += [{"name": name, "in": "query", "schema": odd} for name in names]
    operation: dict[str, Any] = {"parameters": parameters, "responses": {"default": {"description": "any"}}}
    if method == "POST":
        fields = dict.fromkeys((*names, *_FIELDS_OF_ROWS), odd)
        body = {"schema": {"type": "object", "properties": fields, "additionalProperties": False}}
        operation["requestBody"] = {"content": {"application/x-www-form-urlencoded": body}}
    return operation


def _names_of(route: Any) -> list[str]:
    """What its file reads of an address or a form, and what its pages send."""
    file = Path(inspect.getsourcefile(inspect.unwrap(route.endpoint)) or "")
    near = [file, *file.parent.glob(f"{file.stem.removesuffix('_page')}_*.py")]
    found = {name for one in near for name in _IN_SOURCE.findall(one.read_text()) if "{" not in name}
    templates = Path(web.__file__).parent / "templates"
    stem = file.stem.removesuffix("_page").rstrip("s")
    for page in templates.glob(f"{stem}*.html"):
        found |= set(_IN_TEMPLATES.findall(page.read_text()))
    found |= {"ky", "so", "phieu", "do", "voi", "tu", "den", "lang", "trang", "dv", "tim", "toi"}
    return sorted(found - {"form_key"})


def _plain(path: str) -> str:
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)
