"""What the four agencies of the water domain send each month."""

from khlang.domains.water import simulator
from khlang.domains.water.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "flood_events",
        "ddpm",
        simulator.events,
        HANDS["flood_events"],
        grain=("event_id",),
        latest_by="declared_on",
    ),
    Extract(
        "flooded_households",
        "ddpm",
        simulator.households,
        HANDS["flooded_households"],
        grain=("house_id", "event_id"),
        latest_by="surveyed_on",
    ),
    Extract(
        "gauge_readings",
        "hii",
        simulator.readings,
        HANDS["gauge_readings"],
        grain=("station_id", "measured_on"),
        latest_by="received_on",
    ),
    Extract(
        "reservoir_storage",
        "rid",
        simulator.storage,
        HANDS["reservoir_storage"],
        grain=("reservoir_id", "measured_on"),
        latest_by="dam_reported_on",
    ),
    Extract(
        "water_demand",
        "onwr",
        simulator.demand,
        HANDS["water_demand"],
        grain=("amphoe_code", "use_code"),
        latest_by="estimated_on",
    ),
)
