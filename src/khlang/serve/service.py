"""Marts → project tables → Trino, in one process."""

from khlang.link.service import workshop
from khlang.serve import project, register
from khlang.settings import Settings


def serve(settings: Settings) -> list[dict[str, str]]:
    """Bring every project's tables and Trino up to date.

    Returns:
        One document a table and period that was written for a project.

    Raises:
        ServiceError: Spark, the object store or Trino does not answer: run again, what is done is skipped.
    """
    shop = workshop(settings, "serve")
    projects = sorted({table.project for table in shop.contracts.marts if table.project})
    written = [
        pair
        for name in projects
        for pair in project.build(shop, project.Project(name, str(settings.secrets / f"project-{name}.key")))
    ]
    register.register(settings, shop.contracts, exists=shop.place.exists)
    return [{"dataset": name, "period": period, "verdict": "served"} for name, period in written]
