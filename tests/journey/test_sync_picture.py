"""A picture of a screen, asked for at the office, comes there by the agent's own client."""

from pathlib import Path

from sync.agent.device.enroll import KioskFiles, connect
from tests.browser.world import grey_png
from tests.live import LiveKiosk, live_collector


def test_picture_comes_to_a_real_collector_as_it_was_made(tmp_path: Path):
    with live_collector(tmp_path / "collector") as collector:
        kiosk = LiveKiosk(tmp_path / "kiosk").start()
        kiosk.press()
        kiosk.enroll(collector)
        with connect(KioskFiles(kiosk.folder), kiosk.clock) as client:
            client.show(grey_png(800, 500))
        kiosk.stop()

        kept = collector.rows("SELECT png, width, height FROM device_picture")

    assert kept == [(grey_png(800, 500), 800, 500)]
