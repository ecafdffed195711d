"""Pages in the distribution's own Chromium: started once, driven by keys, drawn for the how-to."""

import importlib.util
import io
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from khlang.agency.home import Home
from khlang.agency.ui.desk import Desk
from khlang.agency.ui.server import Server

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "how-to" / "pictures"
REDRAW = "KHLANG_PICTURES"  # set: the pictures of the how-to are written anew
MOST_TABS = 60
#: What a page's words are: were one to change, its picture would show another page than the program does.
_WORDS = "h1, h2:not(.items h2), label, legend, button, summary, th[scope=col], header nav a, ol.steps li"
_NAME = """() => { const e = document.activeElement; return e.getAttribute('aria-label')
  || (e.labels && e.labels.length ? e.labels[0].innerText : e.innerText || '') }"""


@dataclass
class Reader:
    """Somebody at a page, with a keyboard. ``pictures``: the folder of the how-to that shows the page."""

    page: Page
    pictures: ClassVar[Path] = PICTURES

    def tab_to(self, name: str) -> None:
        """Go by the Tab key to what bears a name, as it is spoken."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(_NAME).strip().startswith(name):
                return
        raise AssertionError(f"no way by keyboard to {name}")

    def press(self, name: str, key: str = "Enter") -> None:
        """Go to a button or link and press it."""
        self.tab_to(name)
        self.page.keyboard.press(key)

    def expect(self, heading: str) -> None:
        """Wait for a page by its heading."""
        expect(self.page.locator("h1")).to_have_text(heading, timeout=20_000)

    def expect_accessible(self) -> None:
        """Hold the page against axe-core's rules, the best practices among them."""
        spec = importlib.util.find_spec("axe_playwright_python")
        assert spec
        assert spec.origin
        script = Path(spec.origin).with_name("axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(script)  # by the debugger: the page's own policy lets no script in
        found: dict[str, Any] = self.page.evaluate("() => axe.run()")
        told = [f"{one['id']}: {node['html'][:120]}" for one in found["violations"] for node in one["nodes"]]
        assert not told, "\n".join(told)
        assert len(found["passes"]) > 10

    def expect_picture(self, name: str) -> None:
        """The committed picture shows this page's words; with ``KHLANG_PICTURES`` it is drawn anew."""
        words = [text.strip() for text in self.page.locator(_WORDS).all_inner_texts() if text.strip()]
        steps = self.pictures / "steps.json"
        held = json.loads(steps.read_text(encoding="utf-8")) if steps.exists() else {}
        if os.environ.get(REDRAW):
            self.pictures.mkdir(exist_ok=True)
            (self.pictures / f"{name}.png").write_bytes(small(self.page.screenshot(full_page=True)))
            made = dict(sorted((held | {name: words}).items()))
            steps.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            held = made
        assert held.get(name) == words, (
            f"{name}.png shows another page: {REDRAW}=1 pytest tests/integration/test_ui_*.py"
        )
        assert (self.pictures / f"{name}.png").exists()


@dataclass
class Office(Reader):
    """An official at the agency's page."""

    desk: Desk
    link: str

    def press_when(self, name: str) -> None:
        """Press a button once a page has it."""
        expect(self.page.get_by_role("button", name=name)).to_be_visible(timeout=20_000)
        self.press(name)

    def choose(self, file: Path) -> None:
        """Choose a file by keyboard and have it checked."""
        self.tab_to("ไฟล์ข้อมูล")
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Enter")
        chooser.value.set_files(file)
        self.press("ตรวจไฟล์")


@contextmanager
def opened(
    chrome: Browser, home: Home, *, month: str = "2026-02", scripts: bool = True, refused: bool = False, **desk: Any
) -> Iterator[Office]:
    """The page of an agency, opened by its link on a day of a month; ``refused``: a form is expected to be."""
    year, number = map(int, month.split("-"))
    made = Desk(Home(home.path, today=lambda: date(year, number, 10)), **desk)
    with Server(made) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        context = chrome.new_context(
            java_script_enabled=scripts, locale="th-TH", viewport={"width": 960, "height": 720}, reduced_motion="reduce"
        )
        try:
            page = context.new_page()
            complaints = heard(page)
            page.on("filechooser", lambda _: None)  # asked for late, the first dialogue would be the system's own
            page.goto(server.link)
            yield Office(page, made, server.link)
            assert [one for one in complaints if not (refused and "status of 400" in one)] == []
        finally:
            context.close()
            server.shutdown()
            thread.join()
            made.drawer.close()


def heard(page: Page) -> list[str]:
    """What the browser complains of while a page is used: blocked scripts, errors."""
    said: list[str] = []
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.on(
        "console", lambda line: said.append(f"{line.text} {line.location['url']}") if line.type == "error" else None
    )
    return said


def next_month(period: str) -> str:
    """The month after: the page offers the month before today first."""
    year, month = map(int, period.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02d}"


def small(png: bytes) -> bytes:
    """A picture of a page in few colours, as it is kept with the how-to."""
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(64)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
