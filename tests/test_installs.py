"""The collector installs and starts without Kivy, the kiosk without the web stack."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UV = str(Path(sys.executable).with_name("uv"))
pytestmark = pytest.mark.timeout(300)


def installed(folder: Path, extra: str) -> Path:
    """A new environment with one extra, from the lock; its folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    # Offline: everything lies in the cache since the tests' own environment was made from the same lock.
    install = [UV, "pip", "install", "--quiet", "--offline", "--python", python]
    locked = ["--constraint", str(ROOT / "requirements.lock")]
    subprocess.run([*install, *locked, "hatchling", "babel", "resvg-py", "holidays"], check=True)
    subprocess.run([*install, *locked, "--no-build-isolation-package", "hailong", f"{ROOT}[{extra}]"], check=True)
    return folder / "bin"


def modules(programs: Path) -> set[str]:
    """Which of the two sides' own modules are there."""
    names = ("kivy", "requests", "apscheduler", "fastapi", "uvicorn", "alembic", "jinja2")
    program = f"import importlib.util as u; print(*[name for name in {names} if u.find_spec(name)])"
    return set(run(programs / "python", "-c", program).split())


def run(program: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ended = subprocess.run(
        [str(program), *arguments], capture_output=True, text=True, timeout=120, cwd=program.parent, env=environment
    )
    assert ended.returncode in codes, ended.stdout + ended.stderr
    return ended.stdout


def test_collector_lives_without_kivy(tmp_path):
    programs = installed(tmp_path / "collector", "collector")

    assert "kivy" not in modules(programs)
    run(programs / "collector", "migrate", "--data-dir", str(tmp_path))
    code = run(programs / "collector", "device", "new", "--data-dir", str(tmp_path), "--counter", "Q1",
               "--create-counter", "--unit-name", "UBND xã", "--quiet")  # fmt: skip
    assert code.strip()
    run(programs / "python", "-c", "import sync.collector.run.app, sync.collector.run.server")


def test_kiosk_lives_without_the_web_stack(tmp_path):
    programs = installed(tmp_path / "kiosk", "kiosk")

    catalogues = (tmp_path / "kiosk" / "share" / "hailong" / "assets" / "locale").glob("*/LC_MESSAGES/*.mo")
    assert sorted(f"{path.parents[1].name} {path.stem}" for path in catalogues) == [
        "en collector", "en kiosk", "vi collector", "vi kiosk",
    ]  # fmt: skip

    typed = (tmp_path / "kiosk" / "lib").glob("python3*/site-packages/*/py.typed")
    assert {"kiosk", "sync"} <= {path.parent.name for path in typed}
    assert not {"fastapi", "uvicorn", "alembic", "jinja2"} & modules(programs)
    assert "SQLite" in run(
        programs / "kiosk", "doctor", "--data-dir", str(ROOT / "build"),
        codes=(0, 1),  # where this runs there may be no screen
    )  # fmt: skip
    program = (
        "import os; os.environ['SDL_VIDEODRIVER'] = 'offscreen'\n"
        "from pathlib import Path\n"
        "from kiosk.office.settings import load_kiosk_settings\n"
        "from kiosk.run.start import show_kiosk\n"
        f"settings = load_kiosk_settings(None, Path({str(tmp_path / 'data')!r}), "
        "{'screen': {'fullscreen': False}, 'journal': {'allow_any_disk': True}})\n"
        "show_kiosk(settings, on_started=lambda app: (print('first frame'), app.stop()))"
    )
    assert "first frame" in run(programs / "python", "-c", program)
