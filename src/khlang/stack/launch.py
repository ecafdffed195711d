"""``python -m khlang.stack.launch <service>``: wait for what it stands on, then become that service's program.

The supervisor runs this inside the fence, so that secrets reach a program through its environment or a file, and
stand neither in the supervisor's configuration nor on a command line.
"""

import os
import sys

from khlang import settings as settings_module
from khlang.errors import ServiceError
from khlang.stack import order, services


def main() -> None:
    """Replace this process by the service named on the command line, as soon as it can start."""
    settings = settings_module.load()
    service = services.find(sys.argv[1])
    try:
        waited = order.wait(service, settings)
    except ServiceError as error:
        sys.exit(f"{error.code}: {error}")
    if service.after:  # into the service's log
        sys.stderr.write(f"{service.name} starts: {', '.join(service.after)} answered after {waited:.1f} s\n")
    program = service.launch(settings)
    env = dict(program.env) | {"KHLANG_STACK": os.environ["KHLANG_STACK"]}
    if program.cwd:
        os.chdir(program.cwd)
    os.umask(0o077)
    os.execve(program.argv[0], program.argv, env)  # noqa: S606  a service from the registry


if __name__ == "__main__":
    main()
