"""The registry of services: the supervisor's file, the probes, the status table and the tests are read off it."""

from khlang import artefacts
from khlang.errors import UsageError
from khlang.settings import Settings
from khlang.stack import airflow, health, minio, spark, trino
from khlang.stack.process import Launch, Service, base_environment

#: What the gateway serves beside agencies, named: the stack imports nothing of it.
OWNERS_PAGE = "khlang.owners.app:attach"


def _nothing(settings: Settings) -> None:
    """No configuration of its own to write."""
    del settings


def _gateway(settings: Settings) -> Launch:
    argv = (str(artefacts.load(settings).python), "-m", "khlang.landing.gateway", OWNERS_PAGE)
    return Launch(argv, base_environment(settings), settings.root)


STORE, API = ("minio",), ("airflow-api-server",)
#: In an order in which each can be started: what a service stands on stands before it.
SERVICES = (
    Service("minio", "MINIO", minio.prepare, minio.launch, health.minio, grace=30),
    Service("trino", "TRINO", trino.prepare, trino.launch, health.trino, after=STORE),
    Service("spark-connect", "SPARK_CONNECT", spark.prepare, spark.launch, health.spark, after=STORE),
    Service("airflow-api-server", "AIRFLOW", airflow.prepare, airflow.api_server, health.airflow_api),
    Service("airflow-scheduler", "", _nothing, airflow.scheduler, health.airflow_scheduler, after=API),
    Service("airflow-dag-processor", "", _nothing, airflow.dag_processor, health.airflow_dag_processor, after=API),
    Service("gateway", "GATEWAY", _nothing, _gateway, health.gateway, grace=120, after=STORE),
)
#: In which they are stopped, some at a time, the watcher first: none before what stands on it, and the gateway after
#: Trino, which tells it of its queries.
STOPPED = (
    ("watch",),
    ("trino", "spark-connect", "airflow-scheduler", "airflow-dag-processor"),
    ("gateway", "airflow-api-server"),
    ("minio",),
)
NAMES = tuple(service.name for service in SERVICES)


def find(name: str) -> Service:
    """A service by its name.

    Raises:
        UsageError: There is no service of that name.
    """
    for service in SERVICES:
        if service.name == name:
            return service
    raise UsageError(f"There is no service {name}.", f"One of: {', '.join(NAMES)}.")


def healthy(service: Service, settings: Settings) -> bool:
    """Whether its probe passes now."""
    try:
        return service.probe(settings)
    except health.FAILURES:
        return False
