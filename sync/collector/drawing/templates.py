"""Templates: the one environment that pages, sheets and papers are made in."""

from jinja2 import Environment, PackageLoader, StrictUndefined

templates = Environment(
    loader=PackageLoader("sync.collector.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
    lstrip_blocks=True,
)  # fmt: skip

templates.filters["lower_first"] = lambda words: words[:1].lower() + words[1:]
