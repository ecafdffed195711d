"""The whole site, built as `make site` does: MkDocs is strict, every link leads somewhere, and no host is asked."""

import functools
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from infra.site import build
from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the library calls it
        del format, args


# Installs an environment of its own and takes ten seconds of MkDocs; its parts are tried in tests/unit/test_site.py.
@pytest.mark.soak
def test_the_site_is_whole_and_fits_a_phone(tmp_path: Path, chrome: Browser) -> None:
    subprocess.run([sys.executable, str(ROOT / "infra/native/bootstrap.py"), "--with=site"], check=True)
    site = build.build(tmp_path)
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        here = f"http://127.0.0.1:{server.server_port}/"
        try:
            for width in (1280, 390):
                page = chrome.new_page(viewport={"width": width, "height": 900})
                page.on("request", lambda request: asked.append(request.url))
                for path in ("", "reference/welfare_eligibility/"):
                    page.goto(here + path, wait_until="networkidle")
                    assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert page.locator("svg.lineage a").count() == 5
                page.close()
        finally:
            server.shutdown()
    assert [url for url in asked if not url.startswith(here)] == []
    assert len(asked) > 10
