"""Which version this is; an installation knows it from its metadata."""

from importlib.metadata import version

VERSION = version("hailong")
SOFTWARE = f"hailong {VERSION}"
