"""Screen, touch panel, sound and fonts: each fault is found on a machine that has it."""

import os
import shutil

import pytest
from msgspec import structs

from kiosk.base.resources import resource
from kiosk.base.texts import texts
from kiosk.doctor import looks, screen
from kiosk.domain.maintenance import Maintenance, Work
from kiosk.journal.journal import Journal
from kiosk.office.screen_sizes import ScreenSizes, forget_screen_sizes, read_screen_sizes, write_screen_sizes

ENGLISH = texts("kiosk", "en")
XRANDR = """Screen 0: minimum 320 x 200, current 800 x 1280, maximum 8192 x 8192
eDP-1 connected primary 800x1280+0+0 {turned}(normal left inverted right x axis y axis) 344mm x 194mm
   1280x800      60.00*+
HDMI-1 disconnected (normal left inverted right x axis y axis)
"""
PANEL = """I: Bus=0003 Vendor=0eef Product=c000 Version=0210
N: Name="eGalaxTouch P80H84"
B: PROP=2
B: EV=b

I: Bus=0011 Vendor=0002 Product=0001 Version=0000
N: Name="PS/2 Mouse"
B: PROP=1
"""


def with_rotation(settings, degrees: int):
    return structs.replace(settings, screen=structs.replace(settings.screen, rotation_deg=degrees))


def display(workbench, text: str):
    workbench.command("xrandr", f"cat <<'END'\n{text}\nEND")
    return workbench.machine(DISPLAY=":0", with_system="yes")


def test_machine_without_a_screen_fails(settings, workbench, said):
    workbench.file("sys/class/drm/card0-HDMI-A-1/status", "disconnected\n")
    workbench.file("sys/class/drm/card0-HDMI-A-1/modes", "")

    told = said(screen.look_at_screen(settings, workbench.machine(), ENGLISH))

    assert told == {"screen": "FAIL No screen is connected → plug the screen in, switch it on, restart the kiosk"}


def test_screen_is_known_from_the_kernel_where_no_display_runs(settings, workbench, said):
    workbench.file("sys/class/drm/card0-HDMI-A-1/status", "connected\n")
    workbench.file("sys/class/drm/card0-HDMI-A-1/modes", "1920x1080\n1280x720\n")

    told = said(screen.look_at_screen(settings, workbench.machine(), ENGLISH))

    assert told == {"screen": "OK Screen HDMI-A-1: 1920 × 1080 → "}


def test_display_that_does_not_answer_fails(settings, workbench, said):
    told = said(screen.look_at_screen(settings, workbench.machine(DISPLAY=":7"), ENGLISH))

    assert told["screen"].startswith("FAIL The display :7 does not answer → run this as the kiosk's user")


@pytest.mark.parametrize(
    ("turned", "wanted", "told"),
    [
        ("", 0, "OK Rotation: 0° → "),
        ("left ", 270, "OK Rotation: 270° → "),
        ("", 90, "WARN Rotation: 0°, and the settings say 90° → correct screen.rotation_deg"),
        ("inverted ", 0, "WARN Rotation: 180°, and the settings say 0° → correct screen.rotation_deg"),
    ],
)
def test_rotation_is_that_of_the_settings_or_told(settings, workbench, said, turned, wanted, told):
    machine = display(workbench, XRANDR.format(turned=turned))

    found = said(screen.look_at_screen(with_rotation(settings, wanted), machine, ENGLISH))

    assert found["screen"] == "OK Screen eDP-1: 800 × 1280 → "
    assert found["rotation"].startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A connected primary 640x480+0+0 (normal", "FAIL Screen A: 640 × 480 → use a screen with at least 600"),
        (
            "A connected primary 1280x800+0+0 (normal\nB connected 1920x1080+1280+0 (normal",
            "WARN Screen A: 1280 × 800; also B → leave one",
        ),
        ("A connected primary (normal left", "FAIL No screen is connected"),
    ],
)
def test_screen_that_does_not_suit_is_told(settings, workbench, said, text, told):
    assert said(screen.look_at_screen(settings, display(workbench, text), ENGLISH))["screen"].startswith(told)


WHOLE = ScreenSizes((800, 1280), (800, 1280), (800, 1280))


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        (WHOLE, "OK Window and drawing fill the screen: 800 × 1280 → "),
        (
            WHOLE._replace(window=(1280, 800)),
            "FAIL Screen 800 × 1280, window 1280 × 800, drawn for 800 × 1280: not all of it can be seen and pressed",
        ),
        (WHOLE._replace(drawing=(1024, 600)), "FAIL Screen 800 × 1280, window 800 × 1280, drawn for 1024 × 600"),
        (ScreenSizes((1280, 800), (1280, 800), (1280, 800)), "FAIL Screen 800 × 1280, window 1280 × 800"),
        (WHOLE._replace(fullscreen=False), "WARN Window: 800 × 1280, not full screen → set screen.fullscreen = true"),
    ],
)
def test_window_is_the_whole_panel_or_told(settings, workbench, said, sizes, told):
    workbench.file(f"proc/{os.getpid()}/stat", "")
    write_screen_sizes(settings.folder, sizes)
    machine = display(workbench, XRANDR.format(turned=""))

    assert said(screen.look_at_window(settings, machine, ENGLISH))["window"].startswith(told)


def test_window_is_compared_with_the_panel_it_measured_where_no_display_is_named(settings, workbench, said):
    workbench.file(f"proc/{os.getpid()}/stat", "")
    write_screen_sizes(settings.folder, WHOLE)

    found = said(screen.look_at_window(settings, workbench.machine(), ENGLISH))["window"]

    assert found == "OK Window and drawing fill the screen: 800 × 1280 → "


def test_window_of_a_screen_that_does_not_run_is_not_taken_for_whole(settings, workbench, said):
    workbench.file("proc/1/stat", "")
    unknown = "WARN The citizen's screen does not run, so that its window cannot be measured → start it"
    assert said(screen.look_at_window(settings, workbench.machine(), ENGLISH))["window"].startswith(unknown)

    write_screen_sizes(settings.folder, WHOLE)
    assert said(screen.look_at_window(settings, workbench.machine(), ENGLISH))["window"].startswith(unknown)


def test_sizes_of_the_screen_are_nobody_elses_and_gone_when_it_closes(settings):
    write_screen_sizes(settings.folder, WHOLE)
    assert (settings.folder / "screen.json").stat().st_mode & 0o777 == 0o600

    forget_screen_sizes(settings.folder)

    assert read_screen_sizes(settings.folder) is None


def test_screen_that_is_touched_is_told_first(settings, workbench, said):
    machine = display(workbench, "A connected 1024x600+0+0 (normal\nB connected primary 1920x1080+0+0 (normal")

    assert said(screen.look_at_screen(settings, machine, ENGLISH))["screen"].startswith("WARN Screen B: 1920 × 1080")


def write_down(settings, clock, hits: tuple[int, ...], strays: int) -> None:
    with Journal.open(settings.journal_path, clock, "test") as journal:
        journal.append(Maintenance(clock.now(), Work.TEST, hits, strays))


@pytest.mark.parametrize(
    ("hits", "panel", "told"),
    [
        ((1, 1, 1, 1, 1), PANEL, "OK Touch test: 1,1,1,1,1 on 23 November 2026 → "),
        ((1, 1, 1, 1, 1), "", "WARN Touch test: 1,1,1,1,1 on 23 November 2026 → no touch panel"),
        ((1, 1, 1, 1, 1, 2), PANEL, "WARN Touch test: 1,1,1,1,1+2 on 23 November 2026 → touches came that nobody made"),
        ((1, 1, 0, 1, 1), PANEL, "FAIL Touch test: 1,1,0,1,1 on 23 November 2026 → hold both upper corners"),
        (None, PANEL, "WARN Touch panel: eGalaxTouch P80H84; not tested yet → hold both upper corners"),
        (None, "", "WARN No touch panel is connected; not tested yet → hold both upper corners"),
    ],
)
def test_touch_is_told_by_its_panel_and_its_last_test(settings, workbench, clock, said, hits, panel, told):
    workbench.file("proc/bus/input/devices", panel)
    if hits is not None:
        write_down(settings, clock, hits[:5], sum(hits[5:]))

    assert said(screen.look_at_touch(settings, workbench.machine(), ENGLISH))["touch"].startswith(told)


@pytest.mark.parametrize(
    ("cards", "wanted", "told"),
    [
        (" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n", True, "OK Sound card: HDA-Intel - HDA Intel PCH"),
        ("--- no soundcards ---\n", True, "WARN No sound card"),
        (None, True, "WARN No sound card"),
        (None, False, "OK Sound is off in the settings"),
    ],
)
def test_sound_is_told_where_it_is_wanted(settings, workbench, said, cards, wanted, told):
    if cards is not None:
        workbench.file("proc/asound/cards", cards)
    settings = structs.replace(settings, screen=structs.replace(settings.screen, sound=wanted))

    assert said(looks.look_at_sound(settings, workbench.machine(), ENGLISH))["sound"].startswith(told)


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """The shipped files, as a copy that a test may damage."""
    copy = tmp_path / "shipped" / "assets"
    for name in ("fonts", "locale", "generated/light"):
        shutil.copytree(resource("assets", name), copy / name)
    monkeypatch.setattr("kiosk.base.resources._CHECKOUT", copy.parent)
    return copy


def test_fonts_of_every_language_are_there(settings, shipped, said):
    assert said(looks.look_at_fonts(settings, ENGLISH))["fonts"] == "OK Fonts for: Tiếng Việt, English → "


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("fonts/BeVietnamPro-Bold.ttf", "FAIL The shipped fonts are missing"),
        ("generated/light", "FAIL The pictures of the theme light are missing → install"),
        ("locale/en/language.toml", "FAIL there is no language 'en'"),
    ],
)
def test_missing_files_of_the_screen_are_told(settings, shipped, said, missing, told):
    path = shipped / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()

    assert said(looks.look_at_fonts(settings, ENGLISH))["fonts"].startswith(told)
