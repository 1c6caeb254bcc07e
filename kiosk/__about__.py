"""Which version this is; the package's metadata is read from here."""

VERSION = "0.2.0"
SOFTWARE = f"hailong {VERSION}"
