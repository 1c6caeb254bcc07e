"""The import rules of pyproject.toml hold, and each of them would notice if it were broken."""

import ast
import copy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import Contract
from importlinter.application.use_cases import read_user_options
from importlinter.configuration import configure
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

ROOT = Path(__file__).parent.parent
KINDS: dict[str, type[Contract]] = {
    "layers": LayersContract,
    "protected": ProtectedContract,
    "forbidden": ForbiddenContract,
    "acyclic_siblings": AcyclicSiblingsContract,
}
configure()
OPTIONS = read_user_options(str(ROOT / "pyproject.toml"))
CONTRACTS: list[dict[str, Any]] = OPTIONS.contracts_options
STRANGER = "kiosk.domain.instant"
"""A file of the pure rules: no package of others may ever be imported there."""


@pytest.fixture(scope="module")
def whole() -> grimp.ImportGraph:
    """Which file imports which, as import-linter sees it."""
    return grimp.build_graph("kiosk", "sync", include_external_packages=True, cache_dir=None)


@pytest.fixture
def graph(whole) -> grimp.ImportGraph:
    """A copy that a test may add forbidden imports to."""
    return copy.deepcopy(whole)


def is_kept(contract: dict[str, Any], graph: grimp.ImportGraph) -> bool:
    options = {key: value for key, value in contract.items() if key not in ("id", "name", "type")}
    made = KINDS[contract["type"]](contract["name"], OPTIONS.session_options, options)
    return made.check(graph, verbose=False).kept


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [contract for contract in CONTRACTS if contract["type"] == kind]


def test_import_contracts_are_kept():
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]

    linted = subprocess.run(lint, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert linted.returncode == 0, linted.stdout + linted.stderr


def steps_up() -> Iterator[Any]:
    """Of each pair of neighbouring floors, an import from the lower one to the upper one."""
    for contract in of_kind("layers"):
        for upper, lower in zip(contract["layers"], contract["layers"][1:], strict=False):
            container = contract["containers"][0]
            importer, imported = (f"{container}.{floor.split(' | ')[0]}" for floor in (lower, upper))
            yield pytest.param(contract, importer, imported, id=f"{importer}-{imported}")


@pytest.mark.parametrize(("contract", "importer", "imported"), list(steps_up()))
def test_import_of_an_upper_room_is_noticed(graph, contract, importer, imported):
    graph.add_import(importer=importer, imported=imported)

    assert not is_kept(contract, graph)


@pytest.mark.parametrize("contract", of_kind("layers"), ids=lambda contract: contract["containers"][0])
def test_file_without_a_floor_is_noticed(graph, contract):
    assert contract["exhaustive"]
    graph.add_module(f"{contract['containers'][0]}.without_a_floor")

    assert not is_kept(contract, graph)


def protected() -> Iterator[Any]:
    for contract in of_kind("protected"):
        for module in contract["protected_modules"]:
            yield pytest.param(contract, module, id=module)


@pytest.mark.parametrize(("contract", "module"), list(protected()))
def test_forbidden_import_of_a_package_is_noticed(graph, contract, module):
    graph.add_import(importer=STRANGER, imported=module)

    assert not is_kept(contract, graph)


def test_circle_of_two_files_is_noticed(graph):
    (contract,) = of_kind("acyclic_siblings")
    graph.add_import(importer="sync.collector.store.writer", imported="sync.collector.store.backup")
    graph.add_import(importer="sync.collector.store.backup", imported="sync.collector.store.writer")

    assert not is_kept(contract, graph)


def test_sync_that_imports_the_screen_is_noticed(graph):
    (contract,) = of_kind("forbidden")
    graph.add_import(importer="sync.agent.run", imported="kiosk.ui.app")

    assert not is_kept(contract, graph)


def test_every_package_of_others_stands_in_a_contract(whole):
    bound = {module for contract in of_kind("protected") for module in contract["protected_modules"]}
    others = {module for module in whole.modules if module.split(".")[0] not in sys.stdlib_module_names}

    strangers = {module for module in others if not module.startswith(("kiosk", "sync"))} - bound

    assert strangers == set()


def test_every_room_says_what_happens_there_and_what_never_does():
    rooms = {path.parent for package in ("kiosk", "sync") for path in (ROOT / package).rglob("*.py")}
    rooms -= {ROOT / "sync/collector/store/migrations/versions"}
    faces = {room: ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or "" for room in rooms}

    faceless = {str(room.relative_to(ROOT)) for room, face in faces.items() if len(face.split("\n\n")) < 2}

    assert faceless == set()


def test_domain_uses_the_standard_library_only():
    strangers = {
        (path.name, module)
        for path in (ROOT / "kiosk" / "domain").rglob("*.py")
        for module in imported(path)
        if module not in sys.stdlib_module_names and module != "kiosk"
    }

    assert strangers == set()


def test_kiosk_package_itself_imports_nothing():
    assert imported(ROOT / "kiosk" / "__init__.py") == set()


def imported(path: Path) -> set[str]:
    """The top-level modules that a file imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
