#!/usr/bin/env bash
# WeasyPrint 70.0: a url_fetcher that is a plain function cannot refuse an address.
# What a fetcher raises is to be caught, and the resource to be left out with a warning; so it is with a class that
# inherits from URLFetcher. A function is still taken as a fetcher, but where it raises, WeasyPrint asks it for
# "_fail_on_errors", which only the class has: AttributeError, and no PDF.
# Seen: "function: AttributeError: 'function' object has no attribute '_fail_on_errors'", "class: a PDF".
# Needs Pango (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install weasyprint==70.0
"$folder/venv/bin/python" - <<'PYTHON'
import logging
import sys

from weasyprint import HTML
from weasyprint.urls import URLFetcher

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)


def refuse(url):
    raise ValueError("nothing from elsewhere")


class Refuse(URLFetcher):
    def fetch(self, url, headers=None):
        raise ValueError("nothing from elsewhere")


def outcome(fetcher):
    try:
        HTML(string='<img src="http://example.org/a.png"><p>text', url_fetcher=fetcher).write_pdf()
    except AttributeError as error:
        return f"AttributeError: {error}"
    return "a PDF"


found = {"function": outcome(refuse), "class": outcome(Refuse())}
for name, what in found.items():
    print(f"{name}: {what}")
sys.exit("AttributeError" not in found["function"] or found["class"] != "a PDF")
PYTHON
