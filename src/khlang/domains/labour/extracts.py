"""What the agencies of the labour domain send each month; insured persons come with the welfare domain."""

from khlang.domains.labour import simulator
from khlang.domains.labour.handwriting import HANDS
from khlang.simulate.extract import Extract

EXTRACTS = (
    Extract(
        "students",
        "moe",
        simulator.students,
        HANDS["students"],
        grain=("cid",),
        latest_by="status_on",
        may_be_blank=("province_code",),
    ),
    Extract(
        "teachers",
        "otepc",
        simulator.teachers,
        HANDS["teachers"],
        grain=("cid",),
        latest_by="appointed_on",
        may_be_blank=("province_code",),
    ),
    Extract(
        "graduates",
        "mhesi",
        simulator.graduates,
        HANDS["graduates"],
        grain=("cid",),
        latest_by="graduation_year",
        may_be_blank=("education_level_code",),
    ),
    Extract(
        "job_occupations",
        "doe",
        simulator.occupations,
        HANDS["job_occupations"],
        grain=("cid",),
        latest_by="recorded_on",
    ),
    Extract(
        "vacancies",
        "doe",
        simulator.vacancies,
        HANDS["vacancies"],
        grain=("vacancy_no",),
        latest_by="posted_on",
        may_be_blank=("province_code",),
    ),
    Extract(
        "skill_tests",
        "dsd",
        simulator.skill_tests,
        HANDS["skill_tests"],
        grain=("test_year", "test_quarter"),
        latest_by="as_of",
    ),
)
