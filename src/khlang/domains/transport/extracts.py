"""What the four agencies of the transport domain send each month."""

from khlang.domains.transport import simulator
from khlang.domains.transport.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "bus_schedule",
        "bmta",
        simulator.schedule,
        HANDS["bus_schedule"],
        grain=("trip_code", "stop_sequence"),
        latest_by="timetable_on",
    ),
    Extract(
        "bus_positions",
        "dlt",
        simulator.positions,
        HANDS["bus_positions"],
        grain=("bus_code", "seen_on", "seen_second"),
        latest_by="received_on",
    ),
    Extract(
        "flight_arrivals",
        "aot",
        simulator.arrivals,
        HANDS["flight_arrivals"],
        grain=("nationality_code", "airport_code", "arrived_on"),
        latest_by="received_on",
    ),
    Extract(
        "traffic_counts",
        "doh",
        simulator.counts,
        HANDS["traffic_counts"],
        grain=("road_station_code", "counted_on", "hour"),
        latest_by="received_on",
    ),
)
