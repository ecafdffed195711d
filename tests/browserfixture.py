"""The distribution's own Chromium; its driver is imported only by tests that ask for it."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# Not of the session: as long as the driver lives, its thread has a running event loop that other tests would meet.
@pytest.fixture(scope="module")
def chrome() -> Iterator["Browser"]:
    """One browser for a module; each test opens a context of its own."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine: make setup installs it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        # A browser refuses to be sandboxed under root, which set-up and many containers are.
        rooted = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=program, args=[*rooted, "--force-color-profile=srgb"])
        yield browser
        browser.close()
