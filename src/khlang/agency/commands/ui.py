"""``khlang agency ui``."""

import webbrowser
from pathlib import Path

import click

from khlang.agency.commands import home_option
from khlang.agency.home import Home

EXAMPLES = """ตัวอย่าง / Examples:

\b
  khlang agency ui                            # เปิดในเบราว์เซอร์ / opens in the browser
  khlang agency ui --no-browser --port 8765   # แสดงที่อยู่เท่านั้น / only prints the address
"""


@click.command(epilog=EXAMPLES)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="พอร์ต / Else a free one.")
@click.option("--no-browser", is_flag=True, help="ไม่เปิดเบราว์เซอร์ / Print the address only.")
@home_option
def ui(*, port: int, no_browser: bool, home: Path) -> None:
    """Do the month's work on a page of this machine; nobody else can open it / หน้าจอสำหรับเจ้าหน้าที่."""
    from khlang.agency.ui.desk import Desk
    from khlang.agency.ui.server import Server

    here = Home(home)
    here.bundle()
    desk = Desk(here)
    with Server(desk, port) as server:
        click.echo(f"เปิดได้ครั้งเดียว / opens once: {server.link}")
        click.echo("เลิกด้วย Ctrl-C / Ctrl-C ends it.")
        if not no_browser:
            webbrowser.open(server.link)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("เลิกแล้ว / ended")
        finally:
            desk.drawer.close()
