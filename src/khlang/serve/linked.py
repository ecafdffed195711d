"""Gives one project its copy of the second route's links: the project's pids, weights, and no row number.

An agency can turn a row number into a person. Beside the project's pid it would tell whoever has both who that pid is,
so a record gets a number of this table instead, in the order of the project's pids, which are as good as random.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from khlang import delta, lake
from khlang.contracts import Table, ddl
from khlang.curation import rotation
from khlang.link.build import Workshop, digest
from khlang.link.common import WHOLE
from khlang.link.records import Records
from khlang.link.second import taking
from khlang.serve import project as projects
from khlang.serve.project import Project

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LINKS, RECORDS = "second_links", "linked_records"


def build(shop: Workshop, project: Project) -> list[tuple[str, str]]:
    """Bring the project's links up to date; nothing where no linkage job has written any.

    Returns:
        ``(table, "all")`` when it was written.
    """
    source, table = shop.contracts[LINKS], shop.contracts[RECORDS]
    commits = taking.written(shop.place, source)
    if table.project != project.name or not commits:
        return []
    code = digest(Path(__file__).read_bytes(), ddl(table).encode())
    state = {"commits": commits, "code": code, "turn": rotation.generation(shop.place.objects)}
    records = Records(shop.receipts, f"_projects/{project.name}/{table.versioned}")
    if records.states().get(WHOLE) == state:
        return []
    rotation.require_rest(shop.place.objects)
    number = records.begin({WHOLE: state})
    mine = projects.rekey(shop.read(LINKS), shop.read("spine"), source, project)
    told = numbered(mine, table)
    projects.check(told, table, project)
    there = lake.table("projects", table.name, table.version, project=project.name)
    with shop.writer(table, there) as app:
        delta.replace_all(told, shop.place.at(there), app=app, version=number)
    records.finish(number)
    return [(table.name, WHOLE)]


def numbered(rows: "DataFrame", table: Table) -> "DataFrame":
    """Links with a record's number in place of its row number.

    Args:
        rows: ``second_links`` with the project's pids.
        table: The contract of ``linked_records``.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    month = ["period", "dataset"]
    # Every record has one best candidate. Rows of the same one stay in the order in which they were shuffled.
    order = F.row_number().over(Window.partitionBy(*month).orderBy("pid", "row_number")).cast("BIGINT")
    best = rows.where(F.col("place") == 1).select(*month, "row_number", order.alias("record_number"))
    joined = rows.join(best, [*month, "row_number"], "inner")  # many candidates to one record
    return joined.select([column.name for column in table.stored])
