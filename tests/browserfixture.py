"""The distribution's own Chromium, started once; its driver is imported only by tests that ask for it."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def chrome() -> Iterator["Browser"]:
    """One browser for all tests; each opens a context of its own."""
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
