"""Runs a domain's notebook as the analyst, and takes its parts in order: words, SQL, code, tables, pictures."""

import base64
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from khlang.demo.pages.tables import from_html
from khlang.errors import IntegrityError

Kind = Literal["words", "sql", "code", "table", "text", "picture"]
SECONDS = 600
ASKED = "text/x-sql"
#: Runs before the first cell: every query asked from then on is told in the output of the cell that asked it.
LISTEN = f"""
import khlang.serve.client as _client
from IPython.display import publish_display_data as _tell
_ask = _client.ask
def _asked(connection, sql, parameters=()):
    _tell({{"{ASKED}": sql}})
    return _ask(connection, sql, parameters)
_client.ask = _asked
"""


@dataclass(frozen=True)
class Part:
    """One part of a run notebook: text, or the bytes of a PNG."""

    kind: Kind
    text: str = ""
    png: bytes = b""


def run(path: Path, root: Path) -> list[Part]:
    """Run a notebook on the installation that the environment names.

    Args:
        path: The notebook; it is stored without output and stays so.
        root: The checkout, where it runs.

    Raises:
        IntegrityError: A cell failed.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(LISTEN))  # type: ignore[no-untyped-call]
    resources = {"metadata": {"path": str(root)}}
    client = NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=resources)
    kernel = client.create_kernel_manager()
    try:
        # Sockets in a folder of this user: over TCP every account of the machine could listen.
        with tempfile.TemporaryDirectory() as sockets:
            kernel.transport, kernel.ip = "ipc", f"{sockets}/kernel"
            client.execute()
    except CellExecutionError as error:
        raise IntegrityError(
            f"The notebook {path.name} failed with {error.ename}.",
            "Is the demo of this domain served? Run the notebook by hand, or its test.",
            code="NOTEBOOK",
        ) from None
    return list(parts(notebook.cells[1:]))


def parts(cells: list[Any]) -> Iterator[Part]:
    """The parts of run cells; a query asked twice is shown once (pure)."""
    asked: set[str] = set()
    for cell in cells:
        if cell.cell_type == "markdown":
            yield Part("words", cell.source)
            continue
        for output in cell.outputs:
            query = textwrap.dedent(output.get("data", {}).get(ASKED, "")).strip()
            if query and query not in asked:
                asked.add(query)
                yield Part("sql", query)
        yield Part("code", cell.source)
        yield from filter(None, map(_shown, cell.outputs))


def _shown(output: Any) -> Part | None:
    data = output.get("data", {})
    if "image/png" in data:
        return Part("picture", png=base64.b64decode(data["image/png"]))
    if "text/html" in data:
        return Part("table", from_html(data["text/html"]))
    if output.output_type == "stream" and output.name == "stdout":
        return Part("text", output.text)
    return Part("text", data["text/plain"]) if "text/plain" in data else None
