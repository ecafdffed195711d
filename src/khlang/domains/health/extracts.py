"""What the agencies of the health domain send each month; houses come with welfare, students with labour."""

from khlang.domains.health import simulator
from khlang.domains.health.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "births",
        "moph",
        simulator.births,
        HANDS["births"],
        grain=("cid", "born_on"),
        latest_by="birth_recorded_on",
        may_be_blank=("child_pid", "hospital_code", "birth_order"),
        most=4,
    ),
    Extract(
        "disability_register",
        "dep",
        simulator.disabilities,
        HANDS["disability_register"],
        grain=("cid",),
        latest_by="card_issued_on",
    ),
    Extract(
        "disability_allowances",
        "dla",
        simulator.allowances,
        HANDS["disability_allowances"],
        grain=("cid", "allowance_month"),
        latest_by="paid_on",
        most=4,
    ),
    Extract(
        "health_coverage",
        "nhso",
        simulator.coverage,
        HANDS["health_coverage"],
        grain=("cid",),
        latest_by="covered_from",
    ),
)
