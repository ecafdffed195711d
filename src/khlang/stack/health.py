"""Probes: does a service answer, over its own protocol, within a few seconds?"""

import json
import socket
import ssl
import urllib.error
import urllib.request
from functools import lru_cache
from pathlib import Path
from typing import Any

from khlang.settings import Settings

SECONDS = 4.0
# The opening of HTTP/2 with an empty SETTINGS frame: a gRPC server that lives answers with its own frame.
HTTP2_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
FAILURES = (OSError, urllib.error.URLError, ValueError, KeyError, TimeoutError)


@lru_cache
def _trust(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _get(url: str, ca: Path | None = None) -> bytes:
    handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
    if ca:
        handlers.append(urllib.request.HTTPSHandler(context=_trust(str(ca))))
    with urllib.request.build_opener(*handlers).open(url, timeout=SECONDS) as answer:
        content: bytes = answer.read()
        return content


def minio(settings: Settings) -> bool:
    """MinIO serves requests."""
    _get(f"{settings.minio_url}/minio/health/ready")
    return True


def trino(settings: Settings) -> bool:
    """Trino has finished starting."""
    return json.loads(_get(f"{settings.trino_url}/v1/info", settings.trino_ca))["starting"] is False


def gateway(settings: Settings) -> bool:
    """The gateway answers."""
    _get(f"{settings.gateway_url}/healthz", settings.trino_ca)
    return True


def superset(settings: Settings) -> bool:
    """Superset's page answers."""
    return _get(f"http://127.0.0.1:{settings.port('SUPERSET')}/health").strip() == b"OK"


def spark(settings: Settings) -> bool:
    """The Spark Connect server speaks HTTP/2 (a hung one still accepts connections, so that is not enough)."""
    with socket.create_connection(("127.0.0.1", settings.port("SPARK_CONNECT")), SECONDS) as connection:
        connection.sendall(HTTP2_HELLO)
        return len(connection.recv(9)) == 9


def airflow(settings: Settings) -> dict[str, Any]:
    """Airflow's own account of its parts."""
    parts: dict[str, Any] = json.loads(_get(f"{settings.airflow_url}/api/v2/monitor/health"))
    return parts


def airflow_api(settings: Settings) -> bool:
    """The API server answers and reaches its database."""
    return bool(airflow(settings)["metadatabase"]["status"] == "healthy")


def airflow_scheduler(settings: Settings) -> bool:
    """The scheduler's heartbeat is fresh."""
    return bool(airflow(settings)["scheduler"]["status"] == "healthy")


def airflow_dag_processor(settings: Settings) -> bool:
    """The DAG processor's heartbeat is fresh."""
    return bool(airflow(settings)["dag_processor"]["status"] == "healthy")
