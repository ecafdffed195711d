"""What the agencies of the targeting domain send each month; the rest comes with welfare and health."""

from khlang.domains.targeting import simulator
from khlang.domains.targeting.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "vulnerable_persons",
        "msdhs",
        simulator.vulnerable_persons,
        HANDS["vulnerable_persons"],
        grain=("cid", "vulnerability_code"),
        latest_by="assessed_on",
        most=4,
    ),
    Extract(
        "debt_enforcements",
        "led",
        simulator.debt_enforcements,
        HANDS["debt_enforcements"],
        grain=("cid", "judged_on"),
        latest_by="staged_on",
        most=4,
    ),
)
