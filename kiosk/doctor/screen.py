"""Screen: what is connected, how large and how turned it is, and whether a finger reaches it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Finding, doubtful, failing, fine
from kiosk.doctor.machine import Machine
from kiosk.journal.errors import JournalError
from kiosk.journal.reader import JournalReader
from kiosk.office.screen_sizes import Size, read_screen_sizes
from kiosk.office.settings import KioskSettings

SIDE_PX_MIN = 600
"""On a shorter side than this the faces and their words do not fit."""
_XRANDR = re.compile(
    r"^(?P<name>\S+) connected (?P<primary>primary )?(?P<width>\d+)x(?P<height>\d+)\+\d+\+\d+ "
    r"(?:(?P<turned>left|right|inverted) )?",
    re.MULTILINE,
)
_DEGREES = {None: 0, "right": 90, "inverted": 180, "left": 270}
_DIRECT = 1 << 1
"""INPUT_PROP_DIRECT of linux/input-event-codes.h: what is touched is what is seen."""


@dataclass(frozen=True, slots=True)
class Output:
    """One screen in use."""

    name: str
    width: int
    height: int
    rotation_deg: int | None
    """Clockwise; None where the kernel alone was asked, which does not know."""


def look_at_screen(settings: KioskSettings, machine: Machine, t: Texts) -> Iterator[Finding]:
    """The connected screen."""
    if machine.environment.get("DISPLAY"):
        told = machine.ask("xrandr", "--current")
        if told is None:
            said = t("The display {name} does not answer", name=machine.environment["DISPLAY"])
            yield failing("screen", said, t("run this as the kiosk's user in its session, with xrandr installed"))
            return
        outputs = _outputs(told)
    else:
        outputs = list(_from_kernel(machine))
    if not outputs:
        yield failing("screen", t("No screen is connected"), t("plug the screen in, switch it on, restart the kiosk"))
        return
    yield _size(outputs, t)
    yield from _rotation(outputs[0], settings, t)


def look_at_window(settings: KioskSettings, machine: Machine, t: Texts) -> Iterator[Finding]:
    """Whether the citizen's window is the whole panel, and the screens were arranged for it."""
    written = read_screen_sizes(settings.folder)
    if written is None or not _runs(written[1], machine):
        said = t("The citizen's screen does not run, so that its window cannot be measured")
        yield doubtful("window", said, t("start it: systemctl start hailong-screen hailong-kiosk"))
        return
    sizes = written[0]
    current = _outputs(machine.ask("xrandr", "--current") or "") if machine.environment.get("DISPLAY") else []
    panel = (current[0].width, current[0].height) if current else sizes.panel
    window, drawing = _pixels(sizes.window, t), _pixels(sizes.drawing, t)
    if not sizes.fullscreen:
        yield doubtful("window", t("Window: {size}, not full screen", size=window), t("set screen.fullscreen = true"))
    elif panel == sizes.window == sizes.drawing:
        yield fine("window", t("Window and drawing fill the screen: {size}", size=window))
    else:
        said = t(
            "Screen {panel}, window {window}, drawn for {drawing}: not all of it can be seen and pressed",
            panel=_pixels(panel, t),
            window=window,
            drawing=drawing,
        )
        yield failing("window", said, t("restart the kiosk: systemctl restart hailong-screen"))


def look_at_touch(settings: KioskSettings, machine: Machine, t: Texts) -> Iterator[Finding]:
    """The touch panel, and what the last touch test said: each face pressed once is 1,1,1,1,1."""
    panels = list(_touch_panels(machine))
    again = t("hold both upper corners, type the PIN, choose the touch test, and press each face once")
    result = _last_test(settings)
    if result is None:
        named = t("Touch panel: {names}", names=", ".join(panels)) if panels else t("No touch panel is connected")
        yield doubtful("touch", t("{panel}; not tested yet", panel=named), again)
        return
    hits, _, at = result.partition(" ")
    said = t("Touch test: {hits} on {day}", hits=hits, day=t.day(datetime.fromisoformat(at).date()))
    faces, _, strays = hits.partition("+")
    if set(faces.split(",")) != {"1"}:
        yield failing("touch", said, again)
    elif strays:
        yield doubtful("touch", said, t("touches came that nobody made: wipe the glass dry and test again"))
    elif not panels:
        yield doubtful("touch", said, t("no touch panel is connected any more"))
    else:
        yield fine("touch", said)


def _size(outputs: list[Output], t: Texts) -> Finding:
    first = outputs[0]
    said = t("Screen {name}: {width} × {height}", name=first.name, width=first.width, height=first.height)
    if min(first.width, first.height) < SIDE_PX_MIN:
        return failing("screen", said, t("use a screen with at least {n} pixels on each side", n=SIDE_PX_MIN))
    if len(outputs) > 1:
        others = ", ".join(output.name for output in outputs[1:])
        return doubtful("screen", t("{said}; also {others}", said=said, others=others), t("leave one screen connected"))
    return fine("screen", said)


def _rotation(output: Output, settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    found, wanted = output.rotation_deg, settings.screen.rotation_deg
    if found is None:
        return
    said = t("Rotation: {found}°", found=found)
    if found == wanted:
        yield fine("rotation", said)
    else:
        remedy = t("correct screen.rotation_deg in the settings, or restart the machine")
        yield doubtful("rotation", t("{said}, and the settings say {wanted}°", said=said, wanted=wanted), remedy)


def _outputs(told: str) -> list[Output]:
    """The screens that xrandr names; first the one that is touched."""
    found = sorted(_XRANDR.finditer(told), key=lambda each: not each["primary"])
    return [_output(each) for each in found]


def _pixels(size: Size, t: Texts) -> str:
    return t("{width} × {height}", width=size[0], height=size[1])


def _runs(pid: int, machine: Machine) -> bool:
    """Whether the process is still there, as far as this kind of machine tells."""
    return not machine.proc.is_dir() or (machine.proc / str(pid)).is_dir()


def _output(found: re.Match[str]) -> Output:
    return Output(found["name"], int(found["width"]), int(found["height"]), _DEGREES[found["turned"]])


def _from_kernel(machine: Machine) -> Iterator[Output]:
    """What is plugged in, without a display to ask: the first mode is the panel's own."""
    for folder in sorted((machine.sys / "class" / "drm").glob("card*-*")):
        modes = machine.read(folder / "modes").split()
        size = re.match(r"(\d+)x(\d+)", modes[0]) if modes else None
        if size and machine.read(folder / "status").strip() == "connected":
            yield Output(folder.name.partition("-")[2], int(size[1]), int(size[2]), None)


def _touch_panels(machine: Machine) -> Iterator[str]:
    for device in machine.read(machine.proc / "bus" / "input" / "devices").split("\n\n"):
        name = re.search(r'^N: Name="(.*)"', device, re.MULTILINE)
        properties = re.search(r"^B: PROP=([0-9a-f]+)", device, re.MULTILINE)
        if name and properties and int(properties[1], 16) & _DIRECT:
            yield name[1]


def _last_test(settings: KioskSettings) -> str | None:
    try:
        with JournalReader(settings.journal_path) as reader:
            return reader.touch_test()
    except JournalError:
        return None
