"""``python -m khlang.stack.launch <service>``: become that service's program.

The supervisor runs this inside the fence, so that secrets reach a program through its environment or a file, and
stand neither in the supervisor's configuration nor on a command line.
"""

import os
import sys

from khlang import settings as settings_module
from khlang.stack import services


def main() -> None:
    """Replace this process by the service named on the command line."""
    settings = settings_module.load()
    program = services.find(sys.argv[1]).launch(settings)
    env = dict(program.env) | {"KHLANG_STACK": os.environ["KHLANG_STACK"]}
    if program.cwd:
        os.chdir(program.cwd)
    os.umask(0o077)
    os.execve(program.argv[0], program.argv, env)  # noqa: S606  a service from the registry


if __name__ == "__main__":
    main()
