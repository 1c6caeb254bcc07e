"""Fetching: what a paper may load: its own fonts, and nothing else from anywhere.

A module of its own, because its base class loads Pango, which whoever prints nothing need not have.
"""

from pathlib import Path

from weasyprint.urls import URLFetcher, URLFetcherResponse


class OwnLetters(URLFetcher):  # type: ignore[misc]  # it comes without types
    """Gives out the fonts of one folder; every other address is refused and left out."""

    def __init__(self, folder: Path) -> None:
        super().__init__(allowed_protocols=())
        self._fonts = {file.as_uri(): file for file in folder.glob("*.ttf")}

    def fetch(self, url: str, _headers: object = None) -> URLFetcherResponse:
        """The font at this address.

        Raises ValueError, which leaves it out.
        """
        if url not in self._fonts:
            raise ValueError(f"a report loads nothing from elsewhere: {url[:60]}")
        return URLFetcherResponse(url, self._fonts[url].read_bytes())
