"""The agency's page in Chromium: its link opens it, its styles hold under its own policy, its form is there."""

import shutil
import subprocess
import threading
from pathlib import Path

from tests import agency_kit

from khlang.agency.ui.desk import Desk
from khlang.agency.ui.server import Server


def test_the_link_opens_the_first_step_in_a_browser(tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "The package chromium is missing on this machine."
    shot = tmp_path / "start.png"
    with Server(Desk(agency_kit.make(tmp_path / "home").home)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        told = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        told += ["--window-size=1000,900", f"--screenshot={shot}", "--dump-dom", "--virtual-time-budget=2000"]
        try:
            done = subprocess.run([*told, server.link], capture_output=True, text=True, timeout=30, check=True)
        finally:
            server.shutdown()
            thread.join()
    assert "ขั้นที่ 1: เลือกไฟล์" in done.stdout
    assert 'id="dataset"' in done.stdout
    assert "Content Security Policy" not in done.stderr
    assert shot.stat().st_size > 10_000
