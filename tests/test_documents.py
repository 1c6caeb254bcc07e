"""What the project says about itself is so: files, functions, settings and examples that its documents name exist.

Commands, targets and links of the same documents are held by ``tests/config/test_manual.py``.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kiosk.__about__ import VERSION
from kiosk.office.settings import KioskSettings
from sync.collector.settings.collector import CollectorConfig
from tests.test_config_is_documented import keys

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "config/OPERATIONS.md", "config/SO-LIEU.md",
    "config/KIEMTOAN.md",
]  # fmt: skip
OURS = ("kiosk", "sync", "assets", "config", "tests", "findings")
SETTINGS = {".".join(key) for structure in (KioskSettings, CollectorConfig) for key in keys(structure)}
SECTIONS = {key.rpartition(".")[0] for key in SETTINGS if "." in key}
OF_A_MACHINE = {
    "device.key",
    "50-setup.toml",
    "hailong-setup.toml",
    "pgbouncer.ini",
    "INSTALL.txt",
    "witness/witness.key",
}
"""Files that are made elsewhere."""
WORDS_MAX = 900


def text(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def code(document: str) -> list[str]:
    """What stands between back-ticks, and the folders at the head of an indented list."""
    said = re.sub(r"^```.*?^```$", "", text(document), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", said) + re.findall(r"^    ([\w.-]+/) ", said, re.MULTILINE)


def is_there(said: str) -> bool:
    """Whether a word that looks like a path of ours leads somewhere: from the top, or as a file's bare name."""
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", said) or said in OF_A_MACHINE:
        return True
    if said.partition("/")[0] in OURS and "/" in said:
        return (ROOT / said).exists()
    if not re.search(r"\w\.(py|kv|md|toml|csv|sh|html|txt|ini|key)$", said):
        return True
    return (ROOT / said).exists() or ("/" not in said and any(next((ROOT / part).rglob(said), None) for part in OURS))


def setting_of(said: str) -> str | None:
    """The setting that a word looks like: of ``section.key`` or ``[section] key``, with or without a value.

    Of a section alone its name and a dot.
    """
    if found := re.fullmatch(r"\[([a-z.0-9]+)\](?: ([a-z_]+)(?: = .*)?)?", said):
        return f"{found[1]}.{found[2] or ''}"
    found = re.fullmatch(r"([a-z0-9.]+)\.([a-z_]+)(?: = .*)?", said)
    if found is None or found[1] not in SECTIONS or found[2] in ("toml", "env", "db", "py", "md"):
        return None
    return f"{found[1]}.{found[2]}"


def is_known(setting: str) -> bool:
    """Whether there is such a setting or section."""
    return setting in SETTINGS or (setting.endswith(".") and any(each.startswith(setting) for each in SETTINGS))


def named_in(document: str) -> Iterator[tuple[str, str]]:
    """Each function, class or table that is named with its file, and the file."""
    for name, file in re.findall(r"`([A-Za-z_.]+)` (?:in|of) `([\w/]+\.py)`", text(document)):
        yield name, file
    for file, name in re.findall(r"\| `([\w/]+\.py)` \| `([A-Za-z_.]+)` \|", text(document)):
        yield name, file


def names_of(file: str) -> set[str]:
    """What a module defines, and the members of its classes."""
    found = set()
    for node in ast.parse(text(file)).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{each.name}" for each in node.body if isinstance(each, ast.FunctionDef)}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document):
    assert [said for said in code(document) if not is_there(said)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_setting_that_a_document_names_is_one(document):
    named = [setting for said in code(document) if (setting := setting_of(said))]

    assert [setting for setting in named if not is_known(setting)] == []
    assert len(named) >= (20 if document == "config/OPERATIONS.md" else 0)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_function_that_a_document_names_stands_in_its_file(document):
    missing = [(name, file) for name, file in named_in(document) if name not in names_of(file)]

    assert missing == []


@pytest.mark.parametrize("wrong", ["kiosk/fly.py", "kisk/flow.py", "sync/collector/nowhere", "nothing.py"])
def test_file_that_is_not_there_is_noticed(wrong):
    assert not is_there(wrong)


@pytest.mark.parametrize("wrong", ["visit.never", "accounts.oidc.nothing = 3", "[reports] nothing", "[nothing]"])
def test_setting_that_is_none_is_noticed(wrong):
    setting = setting_of(wrong)

    assert setting is not None
    assert not is_known(setting)


def test_readme_can_be_read_in_five_minutes():
    assert len(text("README.md").split()) <= WORDS_MAX


def test_road_has_its_steps_and_each_its_file():
    steps = re.findall(
        r"^\| (\d+) \| \w[\w ]* \| `[\w/]+\.py` \| `[A-Za-z_.]+` \|", text("ARCHITECTURE.md"), re.MULTILINE
    )

    assert [int(step) for step in steps] == list(range(1, 15))


def test_every_file_of_the_road_says_which_step_it_is():
    road = re.findall(r"^\| (\d+) \| (\w[\w ]*) \| `([\w/]+\.py)` \|", text("ARCHITECTURE.md"), re.MULTILINE)

    silent = [file for step, verb, file in road if not text(file).startswith(f'"""Step {step}, {verb}: ')]

    assert len(road) == 14
    assert silent == []


@pytest.mark.parametrize(("container", "folder"), [("kiosk", "kiosk"), ("sync.collector", "sync/collector")])
def test_floors_that_are_told_are_those_that_hold(container, folder):
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each.get("containers") == [container])

    told = [
        {Path(room).stem for room in re.findall(r"`([\w/.]+)`", cell) if room.startswith(f"{folder}/")}
        for cell in re.findall(r"^\| \d+ \| ((?:`[\w/.]+` ?)+)\|", text("ARCHITECTURE.md"), re.MULTILINE)
        if cell.startswith(f"`{folder}/")
    ]

    assert told == [set(re.split(r"\s*[|:]\s*", layer)) - {"__about__"} for layer in layers]


def test_examples_of_the_style_stand_in_the_files_that_are_named():
    examples = re.findall(r"From `([\w/.]+)`:\n\n```\w*\n(.*?)\n```", text("CONTRIBUTING.md"), re.DOTALL)

    assert len(examples) >= 5
    assert [file for file, lines in examples if lines not in text(file)] == []


def test_changelog_tells_of_this_version_with_its_day():
    versions = re.findall(r"^## (\S+) – (\d{4}-\d\d-\d\d)$", text("CHANGELOG.md"), re.MULTILINE)

    assert versions[0][0] == VERSION


def test_changelog_speaks_to_officers_and_installers_once_a_version_and_says_nothing_twice():
    versions = text("CHANGELOG.md").split("\n## ")[1:]
    lines = re.findall(r"^- .+$", text("CHANGELOG.md"), re.MULTILINE)

    assert [re.findall(r"^### (.+)$", version, re.MULTILINE) for version in versions] == [
        ["For officers", "For installers"] for _ in versions
    ]
    assert sorted(lines) == sorted(set(lines))


@pytest.mark.parametrize("document", [*DOCUMENTS, "CHANGELOG.md"])
def test_no_document_keeps_the_marks_of_a_merge(document):
    assert re.findall(r"^(?:<{7}|={7}|>{7})(?: .*)?$", text(document), re.MULTILINE) == []


def test_commit_hook_runs_make_lint_and_nothing_else():
    hooks = [hook for repo in yaml.safe_load(text(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]]

    assert [(hook["entry"], hook["language"], hook["pass_filenames"]) for hook in hooks] == [
        ("make lint", "system", False)
    ]


@pytest.mark.parametrize("template", ["fault.yml", "wish.yml"])
def test_every_field_of_a_template_has_a_name(template):
    form = yaml.safe_load(text(f".github/ISSUE_TEMPLATE/{template}"))

    assert form["name"]
    assert form["description"]
    assert all(field.get("id") for field in form["body"] if field["type"] != "markdown")


@pytest.mark.parametrize("package", ["kiosk", "sync"])
def test_package_says_that_it_is_typed(package):
    assert (ROOT / package / "py.typed").is_file()
