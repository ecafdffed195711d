"""What ``khlang stack status`` shows: each service's state, health, port, process, memory and age."""

import time
from dataclasses import dataclass
from pathlib import Path

from khlang.settings import Settings
from khlang.stack import fence, order, secrets
from khlang.stack.process import Service
from khlang.stack.services import SERVICES, healthy
from khlang.stack.supervisor import Supervisor, fence_command


@dataclass(frozen=True)
class Row:
    """One line of the table. ``rss_mb`` counts the service's whole process group, in MiB."""

    service: str
    state: str
    health: str
    port: int | None
    pid: int | None
    rss_mb: int | None
    uptime_s: int | None


def group_rss_mb(group: int) -> int:
    """Resident memory of a process group, in MiB."""
    kib = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) != group:
                continue
            lines = (entry / "status").read_text().splitlines()
        except OSError:
            continue  # it has just ended
        kib += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kib // 1024


def rows(settings: Settings) -> list[Row]:
    """One row a service, in the order of the registry."""
    supervisor = Supervisor(settings)
    processes = supervisor.processes() if supervisor.running() else {}
    table = []
    for service in SERVICES:
        process = processes.get(service.name, {"statename": "STOPPED", "pid": 0, "start": 0})
        port = settings.port(service.port) if service.port else None
        if process["statename"] != "RUNNING":
            table.append(Row(service.name, str(process["statename"]).lower(), "-", port, None, None, None))
            continue
        pid, age = int(process["pid"]), int(time.time() - process["start"])
        word = "no fence" if fence.lost(settings, pid) else health(service, settings, age)
        table.append(Row(service.name, "running", word, port, pid, group_rss_mb(pid), age))
    return table


def health(service: Service, settings: Settings, age: int) -> str:
    """How a running service of this age does, in a word or two."""
    if healthy(service, settings):
        return "healthy"
    if absent := order.missing(service, settings):
        return f"waits for {', '.join(absent)}"
    return "starting" if age < service.grace else "unhealthy"


def access(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Where to look: (what, address, user, file that holds the password)."""
    trino = [("Trino", settings.trino_url, user, str(secrets.trino_password_file(settings, user)))
             for user in secrets.TRINO_USERS if user != "loader"]  # fmt: skip
    airflow = ("Airflow", settings.airflow_url, secrets.AIRFLOW_USER, str(secrets.airflow_password_file(settings)))
    return [*trino, airflow]


def remarks(settings: Settings) -> list[str]:
    """What an operator must know beside the table."""
    if fence_command(settings):
        return []
    return [f"KHLANG_FENCE=off: the pool's services can read {settings.outside}, the key authority's folder too."]
