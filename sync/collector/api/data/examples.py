"""Examples: answers as they really came, for the API description. A test asks the same again and holds each to them.

They lie beside the other shipped files and are read when somebody asks for the description.
"""

from typing import Any

import msgspec

from kiosk.base.resources import resource
from sync.collector.api.described import Described
from sync.protocol.problems import PROBLEM_MEDIA_TYPE

LISTS = ("counters", "series", "tallies", "report", "participation", "comments", "fleet")
ANSWERS: dict[tuple[str, str], tuple[str, str]] = {
    **{(f"/v1/{name}", "200"): ("application/json", f"{name}.json") for name in (*LISTS, "closed")},
    ("/log/checkpoint", "200"): ("text/plain", "checkpoint.txt"),
    ("/log/keys", "200"): ("application/json", "keys.json"),
}
"""By address and status: the media type and the file."""
PROBLEMS = {status: f"problem_{status}.json" for status in ("400", "401", "403", "404", "429")}
"""By status, of every door that a token opens."""


def example(name: str) -> Any:
    """What stands in a file of examples: what JSON says, or text."""
    body = resource("assets", "api", name).read_bytes()
    return msgspec.json.decode(body) if name.endswith(".json") else body.decode()


def add_examples(description: Described) -> None:
    """Put each example where it belongs in the API description."""
    for (path, status), (media, name) in ANSWERS.items():
        description["paths"][path]["get"]["responses"][status]["content"][media]["example"] = example(name)
    for name in LISTS:
        content = description["paths"][f"/v1/{name}"]["get"]["responses"]["200"]["content"]
        content["text/csv"]["example"] = example(f"{name}.csv")
    for operation in (op for path in description["paths"].values() for op in path.values()):
        if "security" in operation:
            for status, name in PROBLEMS.items():
                operation["responses"][status]["content"][PROBLEM_MEDIA_TYPE]["example"] = example(name)
