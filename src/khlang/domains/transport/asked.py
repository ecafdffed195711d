"""The transport questions in SQL, as the analyst puts them to Trino."""

BUSES = """
SELECT period, sum(trips_planned) AS trips_planned, sum(trips_missing) AS trips_missing, sum(arrivals) AS arrivals,
       sum(arrivals_late) AS arrivals_late
FROM bus_punctuality GROUP BY period ORDER BY period
"""
#: In the evening peak, when most people ride home; the median is that of the latest of the three hours.
BY_ROUTE = """
SELECT period, province_code, route_code, sum(trips_planned) AS trips_planned, sum(trips_missing) AS trips_missing,
       sum(arrivals) AS arrivals, sum(arrivals_late) AS arrivals_late,
       max(median_delay_seconds) AS median_delay_seconds, max(p90_delay_seconds) AS p90_delay_seconds
FROM bus_punctuality WHERE hour BETWEEN 16 AND 18 GROUP BY period, province_code, route_code ORDER BY period, route_code
"""
BY_HOUR = """
SELECT period, hour, sum(trips_planned) AS trips_planned, sum(trips_missing) AS trips_missing,
       sum(arrivals) AS arrivals, sum(arrivals_late) AS arrivals_late, sum(arrivals_early) AS arrivals_early
FROM bus_punctuality GROUP BY period, hour ORDER BY period, hour
"""
BY_PROVINCE = """
SELECT period, province_code, sum(hours_counted) AS hours_counted, sum(congested_hours) AS congested_hours,
       max_by(hour, congested_share) AS worst_hour, max(congested_share) AS worst_share
FROM congestion WHERE setting_code = 'URBAN' GROUP BY period, province_code ORDER BY period, province_code
"""
#: The roads of the highways department beside the buses of two other agencies: the same province and hour.
BESIDE = """
SELECT b.period, c.congested_share >= 0.5 AS congested, sum(b.trips_planned) AS trips_planned,
       sum(b.trips_missing) AS trips_missing, sum(b.arrivals) AS arrivals, sum(b.arrivals_late) AS arrivals_late
FROM bus_punctuality b JOIN congestion c
  ON b.period = c.period AND b.province_code = c.province_code AND b.hour = c.hour AND c.setting_code = 'URBAN'
GROUP BY b.period, c.congested_share >= 0.5 ORDER BY b.period, congested
"""
AIR = """
SELECT period, sum(passengers) AS passengers, sum(previous_passengers) AS previous_passengers,
       sum(nowcast_passengers) AS nowcast_passengers, max(as_of_day) AS as_of_day
FROM air_arrivals GROUP BY period ORDER BY period
"""
BY_NATIONALITY = """
SELECT period, nationality_code, passengers, previous_passengers, passengers_change, as_of_day, nowcast_passengers
FROM air_arrivals ORDER BY period, passengers DESC, nationality_code
"""
