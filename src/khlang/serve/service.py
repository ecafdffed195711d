"""Marts → project tables → Trino, in one process."""

from khlang import contracts
from khlang.curation import objects
from khlang.curation.lease import hold
from khlang.link.service import workshop
from khlang.serve import describing, histories, linked, project, register
from khlang.settings import Settings

HISTORY, LINKS = "history", "links"  # domains of contracts that have no marts


def serve(settings: Settings, *, domain: str | None = None) -> list[dict[str, str]]:
    """Bring every project's tables and Trino up to date, with the marts of one domain where one is named.

    Histories are served under the domain ``history``, links of the second route under ``links``.

    Returns:
        One document a table and period that was written for a project.

    Raises:
        ServiceError: Spark, the object store or Trino does not answer: run again, what is done is skipped.
    """
    shop = workshop(settings, "serve")
    projects = sorted({table.project for table in shop.contracts.marts if table.project})
    written: list[tuple[str, str]] = []
    for name in projects:
        one = project.Project.of(settings, name)
        written += project.build(shop, one, domain=domain)
        if domain in {None, HISTORY}:
            written += histories.build(shop, one)
        if domain in {None, LINKS}:
            written += linked.build(shop, one)
    with hold(shop.place.objects, register.LEASE):
        register.register(settings, shop.contracts, exists=shop.place.exists)
    return [{"dataset": name, "period": period, "verdict": "served"} for name, period in written]


def describe(settings: Settings) -> list[dict[str, str]]:
    """Say of all that is served what it means; who serves meanwhile waits for one view at most.

    Returns:
        One document a view of which there was something to say.

    Raises:
        QueryError: A view was made anew meanwhile: run again.
        ServiceError: The object store or Trino does not answer: run again, what is said is skipped.
    """
    lake = objects.bucket(settings).objects
    items = register.served(contracts.load(settings.contracts))
    told = describing.describe(settings, items, alone=lambda: hold(lake, register.LEASE))
    return [{"dataset": name, "period": "all", "verdict": "described"} for name in told]
