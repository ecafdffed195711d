"""The health watcher: a listener of the supervisor that restarts a service which runs but does not answer.

A process that ends is restarted by the supervisor itself; this is for one that hangs, and for one that has lost its
fence. It stands outside, so it gives canaries their passes, too. Speaks the supervisor's event protocol on standard
output, so it prints nothing else there.
"""

import sys
import time
from typing import Any

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import canarypass, fence, order
from khlang.stack.process import Service
from khlang.stack.services import SERVICES, healthy
from khlang.stack.supervisor import Supervisor

FAILURES_BEFORE_RESTART = 4


def judge(service: Service, settings: Settings, process: dict[str, Any], failures: dict[str, int]) -> str:
    """Why this service is to be restarted now; empty when it is not. Counts failures in a row by name."""
    if process["statename"] != "RUNNING" or process["now"] - process["start"] < service.grace:
        failures[service.name] = 0
        return ""
    if fence.lost(settings, process["pid"]):
        return "it can see outside the fence"
    if healthy(service, settings) or order.missing(service, settings):  # the fault of what it stands on is not its own
        failures[service.name] = 0
        return ""
    failures[service.name] = failures.get(service.name, 0) + 1
    if failures[service.name] < FAILURES_BEFORE_RESTART:
        return ""
    failures[service.name] = 0
    return f"it failed {FAILURES_BEFORE_RESTART} probes in a row"


def look(settings: Settings, failures: dict[str, int]) -> None:
    """Judge every service once, restart those that need it, and note it in the log."""
    supervisor = Supervisor(settings)
    processes = supervisor.processes()
    for service in SERVICES:
        reason = judge(service, settings, processes[service.name], failures)
        if reason:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S")
            sys.stderr.write(f"{stamp} restarting {service.name}: {reason}\n")
            sys.stderr.flush()
            supervisor.restart(service.name)


def main() -> None:
    """Serve the supervisor's ticks until it closes the pipe."""
    settings, failures = settings_module.load(), dict[str, int]()
    try:
        canarypass.serve(settings)
    except OSError as error:  # the proof then says what was not asked
        sys.stderr.write(f"no passes for canaries: {type(error).__name__}\n")
    while True:
        sys.stdout.write("READY\n")
        sys.stdout.flush()
        header = sys.stdin.readline()
        if not header:
            return
        fields = dict(pair.split(":", 1) for pair in header.split())
        sys.stdin.read(int(fields["len"]))
        try:
            look(settings, failures)
        except Exception as error:  # noqa: BLE001  the watcher outlives whatever it meets; it says what it was
            sys.stderr.write(f"watch: {type(error).__name__}\n")
        sys.stdout.write("RESULT 2\nOK")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
