"""Links end with what they were made of: a submission that was withdrawn or replaced, a person no longer registered.

A replaced dataset takes all of its links along, for row numbers of another content mean other rows. A corrected
register takes those to persons whom it does not hold any more; who it still holds is who he was. A row whose best
candidate went has the next one, at that one's own weight. New candidates there are none: the dataset's keys are gone.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl

from khlang.contracts import Contracts
from khlang.link.second import counting, registers
from khlang.link.second.month import Standing, stands_for
from khlang.link.second.tables import Made, Tables

LINKS, WEIGHTS = "second_links", "link_weights"
UNLINKED, CORRECTED = "unlinked", "corrected"
Log = Callable[[str], None]
Told = dict[str, Any]


def of_registered(links: pl.DataFrame, persons: pl.Series) -> pl.DataFrame:
    """Links to persons whom a register holds; the candidates that a row keeps move up (pure).

    Args:
        links: ``second_links`` of one dataset and period.
        persons: Pids of the register's period, as it stands now.
    """
    kept = links.filter(pl.col("pid").is_in(persons.unique().to_list()))
    return kept.with_columns(pl.col("place").rank("ordinal").over("row_number").cast(links.schema["place"]))


def take_out(tables: Tables, known: Contracts, stands: Standing, *, log: Log) -> list[Told]:
    """Take out links that no longer stand on anything; repeated, or cut off and run again, it does the same.

    Returns:
        One document a dataset and period of which links were looked at anew.
    """
    told = []
    for (dataset, period), made in tables.made_of(known[LINKS]).items():
        routed = made.linked_dataset in registers.of(known, dataset)
        if not routed or stands_for(stands, dataset, made.linked_dataset, period=period) != made.submission:
            for name in (LINKS, WEIGHTS):
                tables.forget(known[name], dataset=dataset, period=period)
            log(f"second route {dataset} {period}: taken out")
            told.append({"dataset": dataset, "period": period, "verdict": UNLINKED})
        elif stands[made.linked_dataset, period] != made.register:
            told.append(_corrected(tables, known, made, stands, place=(dataset, period), log=log))
    return told


def _corrected(
    tables: Tables, known: Contracts, made: Made, stands: Standing, *, place: tuple[str, str], log: Log
) -> Told:
    """Hold links against the register that stands now; only when it is written, note that they were."""
    dataset, period = place
    turn = tables.turn()
    links = tables.links(known[LINKS], dataset=dataset, period=period)
    kept = of_registered(links, tables.persons(known[made.linked_dataset], period)["pid"])
    if kept.height < links.height:
        tables.replace(kept, known[LINKS], dataset=dataset, period=period, turn=turn)
    # Counted anew in any case: a run that was cut off may have written the links alone.
    counts = counting.counted(kept, known=tables.known(known[dataset], period), rows=made.rows)
    weights = counts.with_columns(pl.lit(made.linked_dataset).alias("linked_dataset"))
    tables.replace(weights, known[WEIGHTS], dataset=dataset, period=period, turn=turn)
    now = replace(made, register=stands[made.linked_dataset, period])
    tables.note(now, dataset=dataset, period=period)
    gone = links["row_number"].n_unique() - kept["row_number"].n_unique()
    log(f"second route {dataset} {period}: the register was corrected, {gone} rows have nobody any more")
    return {"dataset": dataset, "period": period, "verdict": CORRECTED, "taken_out": links.height - kept.height}
