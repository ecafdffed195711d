"""`make lab` for real: its server, its kernel, a query as the analyst and a picture with Thai in it."""

import asyncio
import base64
import io
import json
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect
from tests.browserkit import PICTURES, REDRAW, small
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from khlang.settings import Settings
from khlang.stack import fence, health, lab, rkernel

ROOT = Path(__file__).parents[2]
SECONDS = 120
ASKED = "%sql SELECT current_user AS me"
KEPT = """\
%%sql --pandas -o poor
SELECT province_code, sum(registrants) AS registrants
FROM welfare_by_amphoe WHERE period = :month GROUP BY province_code ORDER BY 1
"""
DRAWN = """\
from matplotlib import pyplot
figure, axes = pyplot.subplots()
bars = axes.bar(poor["province_code"], poor["registrants"])
axes.set_title("ผู้ลงทะเบียนรายจังหวัด ปี ๒๕๖๙")
figure.canvas.draw()
print(axes.title.get_fontname(), len(bars))
pyplot.show()
"""
#: The same in a console of the page, which keeps no file: a line each.
TYPED = (
    "%sql --pandas -o poor SELECT province_code, sum(registrants) AS registrants FROM welfare_by_amphoe GROUP BY 1",
    "poor",
    "from matplotlib import pyplot",
    (
        'pyplot.figure(figsize=(7, 2.5)).suptitle("ผู้ลงทะเบียนรายจังหวัด ปี ๒๕๖๙").figure.subplots()'
        '.bar(poor["province_code"], poor["registrants"]); None'
    ),
)
WIDTHS = (820, 1280)  # the last is what the how-to shows
#: Which of the pool's folders it can look into.
SEEN = """\
import os
from pathlib import Path
for name in ("secrets", "minio", "trino", "outside"):
    folder = Path(os.environ["KHLANG_VAR"]) / name
    if os.access(folder, os.R_OK) and any(folder.iterdir()):
        print(name)
"""
#: The same in R.
R_CELLS = (
    'sql("SELECT current_user AS me")$me',
    """poor <- sql("SELECT province_code, sum(registrants) AS registrants FROM welfare_by_amphoe
                 WHERE period = :month GROUP BY province_code ORDER BY 1", month = "2026-01")
cat(class(poor$province_code), class(poor$registrants))""",
    'barplot(poor$registrants, names.arg = poor$province_code, main = "ผู้ลงทะเบียนรายจังหวัด ปี ๒๕๖๙")',
    'sql("SELECT nothing FROM welfare_by_amphoe")',
    """for (name in c("secrets", "minio", "trino", "outside"))
  if (length(list.files(file.path(Sys.getenv("KHLANG_VAR"), name)))) cat(name)""",
)
LACKS = rkernel.missing()

#: The first test starts Trino; on a machine with a load of twenty that alone takes four minutes.
pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def here(served: Settings) -> Iterator[tuple[Settings, str]]:
    """The server that `make lab` becomes, over a stack of this group's; with its token."""
    subprocess.run([sys.executable, str(ROOT / "infra/native/bootstrap.py"), "--with=lab"], check=True)
    lab.prepare(served)
    fence.check(served)
    told = lab.launch(served)
    with (
        (served.var / "lab" / "log").open("wb") as log,
        subprocess.Popen(
            told.argv, env=told.env, cwd=told.cwd, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        ) as child,
    ):
        try:
            token = lab.token_file(served).read_text(encoding="utf-8").strip()
            deadline = time.monotonic() + SECONDS
            while not answers(served, token):
                assert child.poll() is None, (served.var / "lab" / "log").read_text(encoding="utf-8")[-2000:]
                assert time.monotonic() < deadline, "the lab does not answer"
                time.sleep(0.3)
            yield served, token
        finally:
            child.terminate()


def call(settings: Settings, path: str, token: str, data: bytes | None = None) -> Any:
    """Ask the server's own API."""
    address = f"http://127.0.0.1:{settings.port('LAB')}/api/{path}"
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(address, data=data, headers=headers), timeout=20) as answer:
        return json.load(answer)


def answers(settings: Settings, token: str) -> bool:
    try:
        return "version" in call(settings, "", token)
    except health.FAILURES:
        return False


async def run(settings: Settings, token: str, kernel: str, cells: tuple[str, ...]) -> list[list[dict[str, Any]]]:
    """What each cell gives, over the server's socket: contents of its messages, in order."""
    place = f"ws://127.0.0.1:{settings.port('LAB')}/api/kernels/{kernel}/channels"
    socket = await websocket_connect(HTTPRequest(place, headers={"Authorization": f"token {token}"}))
    given = []
    for code in cells:
        head = {
            "msg_id": uuid.uuid4().hex,
            "username": "t",
            "session": "t",
            "msg_type": "execute_request",
            "version": "5.3",
        }
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        told = {
            "header": head,
            "parent_header": {},
            "metadata": {},
            "content": content,
            "channel": "shell",
            "buffers": [],
        }
        await socket.write_message(json.dumps(told))
        found: list[dict[str, Any]] = []
        while True:
            async with asyncio.timeout(SECONDS):
                said = json.loads(await socket.read_message() or "{}")
            if said["parent_header"].get("msg_id") != head["msg_id"]:
                continue
            if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                break
            if said["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                found.append(said["content"])
        given.append(found)
    socket.close()
    return given


def text(contents: list[dict[str, Any]]) -> str:
    return "\n".join(str(one.get("text") or one.get("data", {}).get("text/plain") or one) for one in contents)


def test_a_notebook_asks_as_the_analyst_and_draws_in_thai(here: tuple[Settings, str]) -> None:
    settings, token = here
    assert set(call(settings, "kernelspecs", token)["kernelspecs"]) - {rkernel.NAME} == {"khlang"}
    kernel = call(settings, "kernels", token, json.dumps({"name": "khlang"}).encode())["id"]
    cells = ("month = '2026-01'", ASKED, KEPT, DRAWN, SEEN)
    _, me, kept, drawn, seen = asyncio.run(run(settings, token, kernel, cells))
    assert "analyst" in text(me)
    assert kept == [], text(kept)
    assert "Sarabun 3" in text(drawn)
    assert "Glyph" not in text(drawn)  # what matplotlib says of a letter that its font has not
    (picture,) = [one["data"]["image/png"] for one in drawn if "image/png" in one.get("data", {})]
    assert Image.open(io.BytesIO(base64.b64decode(picture))).width > 300
    assert text(seen).strip() == ""  # neither secrets nor files of the pool


@pytest.mark.skipif(bool(LACKS), reason=f"apt-get install {' '.join(LACKS)}")
def test_a_notebook_of_r_asks_as_the_analyst_and_draws_in_thai(here: tuple[Settings, str]) -> None:
    settings, token = here
    assert rkernel.NAME in call(settings, "kernelspecs", token)["kernelspecs"]
    kernel = call(settings, "kernels", token, json.dumps({"name": rkernel.NAME}).encode())["id"]
    me, kept, drawn, refused, seen = asyncio.run(run(settings, token, kernel, R_CELLS))
    assert "analyst" in text(me)
    assert "character numeric" in text(kept)
    (picture,) = [one["data"]["image/png"] for one in drawn if "image/png" in one.get("data", {})]
    assert Image.open(io.BytesIO(base64.b64decode(picture))).width > 300
    assert "COLUMN_NOT_FOUND at line 1, column 8" in text(refused)
    assert text(seen).strip() == ""


def test_nobody_without_the_token_gets_a_kernel(here: tuple[Settings, str]) -> None:
    settings, _ = here
    with pytest.raises(urllib.request.HTTPError, match="403"):
        call(settings, "kernels", "wrong")


def test_its_page_answers_and_draws_in_a_browser_and_asks_no_other_host(
    here: tuple[Settings, str], chrome: Browser
) -> None:
    settings, token = here
    place, asked = f"127.0.0.1:{settings.port('LAB')}", list[str]()
    page = chrome.new_page(viewport={"width": WIDTHS[-1], "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"http://{place}/lab?token={token}", timeout=SECONDS * 1000)
    page.locator('.jp-LauncherCard[data-category="Console"]').click(timeout=SECONDS * 1000)
    for line in TYPED:
        page.locator(".jp-CodeConsole-promptCell .cm-content").click(timeout=SECONDS * 1000)
        page.keyboard.insert_text(line)
        page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-OutputArea-output table").first).to_contain_text("registrants", timeout=SECONDS * 1000)
    expect(page.locator(".jp-OutputArea-output img").first).to_be_visible(timeout=SECONDS * 1000)
    expect(page.get_by_text("Jupyter news")).to_have_count(0)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator(".jp-OutputArea-output img").first).to_be_visible()
    if os.environ.get(REDRAW):
        (PICTURES / "lab.png").write_bytes(small(page.screenshot()))
    page.close()
    hosts = {urllib.parse.urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {place}
