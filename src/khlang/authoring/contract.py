"""One contract under lint: its document, where things stand in it, and how a finding in it is made."""

from typing import Any

from khlang.authoring.finding import Finding
from khlang.authoring.marks import Keys, Marked
from khlang.authoring.project import Project
from khlang.contracts.read import properties as own_properties

COLUMNS: Keys = ("schema", 0, "properties")


class Contract:
    """One contract under lint: its document, where things stand in it, and how a finding in it is made."""

    def __init__(self, path: str, marked: Marked, project: Project) -> None:
        self.path, self.marked, self.project = path, marked, project
        self.document: dict[str, Any] = marked.document
        schemas = self.document.get("schema")
        first = schemas[0] if isinstance(schemas, list) and schemas and isinstance(schemas[0], dict) else {}
        self.schema: dict[str, Any] = first
        listed = first.get("properties")
        self.columns = [c for c in listed if isinstance(c, dict)] if isinstance(listed, list) else []
        self.own = own(self.document)
        self.layer = self.own.get("layer")

    def finding(self, keys: Keys, code: str, message: str, remedy: str) -> Finding:
        """A finding at a place of this contract."""
        return Finding(f"contracts/{self.path}", *self.marked.at(keys), code, message, remedy)

    def property_at(self, name: str, below: Keys = ()) -> Keys:
        """Where a custom property stands."""
        document = self.document
        for key in below:
            document = document[key]  # type: ignore[index]
        for i, each in enumerate(document.get("customProperties") or ()):
            if isinstance(each, dict) and each.get("property") == name:
                return (*below, "customProperties", i)
        return below


def own(document: dict[str, Any]) -> dict[str, Any]:
    """The custom properties of a contract or a column; none where they are not of their form."""
    try:
        return own_properties(document)
    except (KeyError, TypeError):
        return {}
