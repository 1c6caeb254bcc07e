"""Named: the forms that a report's files have, and what their names end in."""

TIDY = "tidy"
"""One table for programs, as CSV."""
FILE_FORMS = ("csv", "xlsx", "pdf", TIDY)


def file_name(place: str, period: str, form: str) -> str:
    """Under which name a report of a place, by its code, is saved."""
    return f"hailong-{place or 'tat-ca'}-{period}.{'tidy.csv' if form == TIDY else form}"


def form_named(name: str) -> str:
    """The form that a file's name asks for: what it ends in."""
    return TIDY if name.lower().endswith(".tidy.csv") else name.rpartition(".")[2].lower()
