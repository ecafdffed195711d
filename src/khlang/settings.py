"""Where this installation keeps things, read once from the environment.

Environment: ``KHLANG_ROOT`` (checkout; default: the one this file lies in), ``KHLANG_VAR`` (all state; default
``<root>/var``), ``KHLANG_CACHE`` (downloads and builds; default ``${XDG_CACHE_HOME:-~/.cache}/khlang``).
Ports come from ``infra/ports.env``; ``<var>/ports.env``, where present, overrides single lines of it.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from khlang.errors import SetupError

#: How long after its last day a period can be corrected (privacy.md 1): then its identity is destroyed.
CORRECTION_DAYS: Final = 90


def read_env_file(path: Path) -> dict[str, str]:
    """Read ``NAME=value`` lines; blank lines and ``#`` comments are passed over."""
    lines = (line.split("#", 1)[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line)
    return {name.strip(): value.strip() for name, _, value in pairs}


@dataclass(frozen=True)
class Settings:
    """Paths, ports and names of one installation. Holds no secret, only where each lies."""

    root: Path
    var: Path
    cache: Path
    ports: Mapping[str, int]

    @property
    def secrets(self) -> Path:
        """The folder of the pool's secrets (0700, files 0600)."""
        return self.var / "secrets"

    @property
    def outside(self) -> Path:
        """What stands outside the pool, and no pool service can read: authority, agencies, truth."""
        return self.var / "outside"

    @property
    def authority(self) -> Path:
        """The key authority's folder."""
        return self.outside / "authority"

    @property
    def truth(self) -> Path:
        """The simulator's truths, never sent."""
        return self.outside / "truth"

    def agency(self, agency: str) -> Path:
        """The folder on an agency's own machine."""
        return self.outside / "agencies" / agency

    @property
    def registry(self) -> Path:
        """What the pool knows of agencies, recipients and canaries: public keys and hashes, no secret."""
        return self.var / "registry"

    @property
    def contracts(self) -> Path:
        """The folder of contracts."""
        return self.root / "contracts"

    def port(self, name: str) -> int:
        """The loopback port of a service, by its name in ``infra/ports.env``."""
        try:
            return self.ports[name]
        except KeyError:
            raise SetupError(f"Port {name} is not set.", f"Add {name}=<port> to infra/ports.env.") from None

    @property
    def minio_url(self) -> str:
        """The object store's endpoint (``KHLANG_MINIO_URL`` overrides it for another S3)."""
        return os.environ.get("KHLANG_MINIO_URL") or f"http://127.0.0.1:{self.port('MINIO')}"

    @property
    def trino_url(self) -> str:
        """Trino's HTTPS endpoint."""
        return f"https://127.0.0.1:{self.port('TRINO')}"

    @property
    def trino_ca(self) -> Path:
        """The certificate that Trino's clients trust."""
        return self.var / "tls" / "ca.pem"

    @property
    def gateway_url(self) -> str:
        """The gateway's HTTPS endpoint."""
        return f"https://127.0.0.1:{self.port('GATEWAY')}"

    @property
    def airflow_url(self) -> str:
        """Airflow's web page and REST API."""
        return f"http://127.0.0.1:{self.port('AIRFLOW')}"

    @property
    def spark_remote(self) -> str:
        """The Spark Connect address. Without the token: that is read where a session is opened."""
        return f"sc://127.0.0.1:{self.port('SPARK_CONNECT')}"

    @property
    def spark_token(self) -> Path:
        """The file of the token that the Spark Connect server asks for."""
        return self.secrets / "spark-connect.token"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of this process.

    Raises:
        SetupError: ``infra/ports.env`` is missing or a port in it is no number.
    """
    root = Path(environ.get("KHLANG_ROOT") or Path(__file__).resolve().parents[2])
    var = Path(environ.get("KHLANG_VAR") or root / "var")
    cache_home = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(environ.get("KHLANG_CACHE") or Path(cache_home) / "khlang")
    ports: dict[str, str] = {}
    for path in (root / "infra" / "ports.env", var / "ports.env"):
        if path.exists():
            ports |= read_env_file(path)
    try:
        numbers = {name: int(value) for name, value in ports.items()}
    except ValueError:
        raise SetupError("A port in infra/ports.env is no number.", "Give each line as NAME=12345.") from None
    return Settings(root=root, var=var, cache=cache, ports=numbers)
