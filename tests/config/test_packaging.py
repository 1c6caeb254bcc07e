"""The builder of the packages: the same sources give the same bytes, and a wheelhouse is complete or is not made."""

import hashlib
import os
import py_compile
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "config" / "packaging"))

from complete import require_complete  # noqa: E402 - beside the other programs of the builder
from reproducible import rewrite_records, settle, size_kb, write_byte_code  # noqa: E402
from wheels import WINDOWS  # noqa: E402

PYTHON = "3.11"


def test_record_names_what_is_packed_and_not_where_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "one-1.dist-info").mkdir()
    (tmp_path / "one.py").write_text("", "utf-8")
    (tmp_path / "a,b.py").write_text("", "utf-8")
    record = tmp_path / "one-1.dist-info" / "RECORD"
    record.write_text(
        'one.py,sha256=x,0\n../bin/one,sha256=of-its-first-line,9\n"a,b.py",,\nuv_cache.json,y,3\n', "utf-8"
    )

    rewrite_records(tmp_path)

    assert record.read_text("utf-8") == '"a,b.py",,\none.py,sha256=x,0\n'


def test_byte_code_hangs_on_no_file_s_time_and_no_folder_s_name(tmp_path: Path) -> None:
    module = tmp_path / "usr" / "lib" / "one.py"
    module.parent.mkdir(parents=True)
    module.write_text("def f(): pass\n", "utf-8")
    # As the interpreter leaves it that imports the module by the way.
    by_time = Path(py_compile.compile(str(module), doraise=True) or "")

    write_byte_code(Path(sys.executable), tmp_path, [module.parent])

    code = by_time.read_bytes()
    assert int.from_bytes(code[4:8], "little") == 0b01, "unchecked: taken by the hash of its source, without a look"
    assert str(tmp_path).encode() not in code
    assert b"/usr/lib/one.py" in code


def made(folder: Path, umask: int) -> Path:
    before = os.umask(umask)
    try:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "one").write_text("#!/bin/sh\n", "utf-8")
        (folder / "bin" / "one").chmod(0o777 & ~umask)
        (folder / "two").write_text("2" * 3000, "utf-8")
        (folder / "three").symlink_to("two")
    finally:
        os.umask(before)
    return folder


def test_rights_and_times_are_nobody_s(tmp_path: Path) -> None:
    trees = [made(tmp_path / "mine", 0o022), made(tmp_path / "theirs", 0o077)]

    for tree in trees:
        settle(tree, 1_700_000_000)

    seen = [
        {str(path.relative_to(tree)): (path.lstat().st_mode, path.lstat().st_mtime) for path in tree.rglob("*")}
        for tree in trees
    ]
    assert seen[0] == seen[1]
    assert {mtime for _, mtime in seen[0].values()} == {1_700_000_000}
    assert trees[0].stat().st_mode == trees[1].stat().st_mode


def test_size_is_that_of_the_files_on_any_disk(tmp_path: Path) -> None:
    assert size_kb(made(tmp_path / "tree", 0o022)) == 3010 // 1024


def wheel(folder: Path, name: str, tag: str = "py3-none-any", needs: str = "") -> Path:
    """The least that is a wheel."""
    path = folder / f"{name}-1-{tag}.whl"
    info = f"{name}-1.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{needs}")
        archive.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        archive.writestr(f"{info}/RECORD", f"{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


def wheelhouse(folder: Path, *wheels: Path, locked: tuple[str, ...]) -> Path:
    """An archive of some wheels, whose lock names some of them."""
    needs = (
        "Provides-Extra: kiosk\nRequires-Dist: everywhere; extra == 'kiosk'\n"
        "Requires-Dist: there; extra == 'kiosk' and sys_platform == 'win32'\n"
    )
    own = wheel(folder, "hailong", needs=needs)
    lines = [
        f"{path.name.split('-')[0]}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in wheels
        if path.name.split("-")[0] in locked
    ]
    archive = folder / "wheels.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("requirements.txt", "".join(lines))
        for path in (*wheels, own):
            zipped.write(path, path.name)
    return archive


def test_wheelhouse_with_all_that_its_machine_needs_is_complete(tmp_path: Path) -> None:
    there = wheel(tmp_path, "there", "cp311-cp311-win_amd64")
    archive = wheelhouse(tmp_path, wheel(tmp_path, "everywhere"), there, locked=("everywhere", "there"))

    assert require_complete(archive, WINDOWS, ("kiosk",), PYTHON) == 3


@pytest.mark.parametrize(
    ("tag", "locked", "told"),
    [
        ("cp311-cp311-manylinux_2_28_x86_64", ("everywhere", "there"), "there"),
        (None, ("everywhere",), "there"),
        ("cp311-cp311-win_amd64", ("everywhere",), "does not take: .*there-1-"),
    ],
    ids=["a wheel of another machine", "a need that only this machine has", "a wheel that nothing asks for"],
)
def test_wheelhouse_that_its_machine_could_not_use_is_not_made(
    tmp_path: Path, tag: str | None, locked: tuple[str, ...], told: str
) -> None:
    wheels = [wheel(tmp_path, "everywhere")] + ([wheel(tmp_path, "there", tag)] if tag else [])

    with pytest.raises(SystemExit, match=told):
        require_complete(wheelhouse(tmp_path, *wheels, locked=locked), WINDOWS, ("kiosk",), PYTHON)
