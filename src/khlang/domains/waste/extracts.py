"""What the three agencies of the waste domain send each month."""

from khlang.domains.waste import simulator
from khlang.domains.waste.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "waste_collection",
        "dla",
        simulator.collection,
        HANDS["waste_collection"],
        grain=("local_office_id", "waste_month", "waste_kind_code"),
        latest_by="weighed_on",
    ),
    Extract(
        "disposal_sites",
        "pcd",
        simulator.sites,
        HANDS["disposal_sites"],
        grain=("waste_site_id",),
        latest_by="inspected_on",
        may_be_blank=("site_filled_percent",),
    ),
    Extract(
        "waste_fees",
        "dla",
        simulator.fees,
        HANDS["waste_fees"],
        grain=("house_id",),
        latest_by="fee_recorded_on",
    ),
    Extract(
        "waste_complaints",
        "moi",
        simulator.complaints,
        HANDS["waste_complaints"],
        grain=("complaint_no",),
        latest_by="complaint_updated_on",
    ),
)
