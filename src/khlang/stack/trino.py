"""Trino: TLS and passwords only, file access rules, one catalog an analyst reads and one the loader registers in."""

from pathlib import Path

from khlang import artefacts
from khlang.landing import audit
from khlang.settings import Settings
from khlang.stack import access, secrets
from khlang.stack.process import Launch, base_environment

# Plugins that are loaded; others of the tarball (tpch, memory, …) lie in the cache for whoever needs them.
PLUGINS = ("delta-lake", "http-event-listener", "password-authenticators", "resource-group-managers")
CATALOGS = {"lake": ("trino-read", "false"), "loader": ("trino-loader", "true")}


def _properties(pairs: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in pairs.items())


def _config(settings: Settings, etc: Path) -> dict[str, str]:
    tls = settings.var / "tls"
    return {
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "discovery.uri": settings.trino_url,
        "http-server.http.enabled": "false",
        "http-server.https.enabled": "true",
        "http-server.https.port": str(settings.port("TRINO")),
        "http-server.https.keystore.path": str(tls / "trino-both.pem"),
        "http-server.authentication.type": "PASSWORD",
        "internal-communication.shared-secret": "${ENV:TRINO_INTERNAL}",
        "internal-communication.https.required": "true",
        "internal-communication.https.truststore.path": str(tls / "ca.pem"),
        "node.internal-address": "127.0.0.1",
        "node.bind-ip": "127.0.0.1",
        "plugin.dir": str(etc.parent / "plugin"),
        "catalog.config-dir": str(etc / "catalog"),
        "access-control.config-files": str(etc / "access-control.properties"),
        "password-authenticator.config-files": str(etc / "password-authenticator.properties"),
        "event-listener.config-files": str(etc / "http-event-listener.properties"),
        "query.max-memory": "900MB",
        "query.max-memory-per-node": "900MB",
        "memory.heap-headroom-per-node": "500MB",
        "task.concurrency": "2",
        "web-ui.enabled": "false",
        "catalog.management": "static",
    }


def _catalog(settings: Settings, role: str, register: str) -> dict[str, str]:
    name = role.replace("-", "_").upper()
    return {
        "connector.name": "delta_lake",
        "hive.metastore": "file",
        "hive.metastore.catalog.dir": "s3://lake/_metastore",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": settings.minio_url,
        "s3.region": "us-east-1",
        "s3.path-style-access": "true",
        "s3.aws-access-key": f"${{ENV:{name}_ACCESS_KEY}}",
        "s3.aws-secret-key": f"${{ENV:{name}_SECRET_KEY}}",
        "delta.register-table-procedure.enabled": register,
        "delta.metadata.cache-ttl": "1s",
        "hive.metastore-cache-ttl": "0s",
    }


def _listener(settings: Settings) -> dict[str, str]:
    """Every query that ends is told to the gateway, again and again until it was taken down."""
    return {
        "event-listener.name": "http",
        "http-event-listener.log-completed": "true",
        "http-event-listener.connect-ingest-uri": f"{settings.gateway_url}{audit.PATH}",
        "http-event-listener.connect-http-headers": "Authorization: Bearer ${ENV:AUDIT_TOKEN}",
        "http-event-listener.connect-retry-count": "20",
        "http-event-listener.connect-retry-delay": "1s",
        "http-event-listener.connect-max-delay": "30s",
        "http-event-listener.http-client.trust-store-path": str(settings.trino_ca),
    }


def prepare(settings: Settings) -> None:
    """Write everything Trino reads at start. No file holds a secret: they are named ``${ENV:…}``."""
    base = secrets.private_folder(settings.var / "trino")
    etc, plugins = base / "etc", base / "plugin"
    for folder in (etc / "catalog", plugins, base / "data"):
        folder.mkdir(parents=True, exist_ok=True)
    for name in PLUGINS:
        link, target = plugins / name, artefacts.load(settings).trino / "plugin" / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
    control = {"access-control.name": "file", "security.config-file": str(access.rules_file(settings)),
              "security.refresh-period": "1s"}  # fmt: skip
    passwords = {"password-authenticator.name": "file", "file.password-file": str(access.passwords_file(settings)),
                 "file.refresh-period": "5s"}  # fmt: skip
    groups = {"resource-groups.configuration-manager": "file"}
    groups["resource-groups.config-file"] = str(settings.root / "infra" / "config" / "trino" / "resource-groups.json")
    secrets.write_private(etc / "config.properties", _properties(_config(settings, etc)))
    secrets.write_private(etc / "access-control.properties", _properties(control))
    secrets.write_private(etc / "password-authenticator.properties", _properties(passwords))
    secrets.write_private(etc / "resource-groups.properties", _properties(groups))
    secrets.write_private(etc / "http-event-listener.properties", _properties(_listener(settings)))
    # At INFO its start writes every property of every plugin into the log, the listener's token among them.
    secrets.write_private(etc / "log.properties", "io.trino=INFO\nBootstrap=WARN\n")
    for name, (role, register) in CATALOGS.items():
        secrets.write_private(etc / "catalog" / f"{name}.properties", _properties(_catalog(settings, role, register)))
    access.apply(settings)


def launch(settings: Settings) -> Launch:
    """Java itself rather than Trino's launcher, which would daemonise or fork between us and the server."""
    program, base = artefacts.load(settings), settings.var / "trino"
    options = (settings.root / "infra" / "config" / "trino" / "jvm.config").read_text().split()
    argv = (
        str(program.jre / "bin" / "java"), *options,
        "-Dnode.environment=khlang", "-Dnode.id=khlang-1", f"-Dnode.data-dir={base / 'data'}",
        f"-Dconfig={base / 'etc' / 'config.properties'}", f"-Dlog.levels-file={base / 'etc' / 'log.properties'}",
        "-cp", f"{program.trino}/lib/*", "io.trino.server.TrinoServer",
    )  # fmt: skip
    env = base_environment(settings) | {
        "TRINO_INTERNAL": secrets.text(settings, "trino-internal"),
        "AUDIT_TOKEN": secrets.text(settings, audit.TOKEN),
    }
    for role in ("trino-read", "trino-loader"):
        pair, name = secrets.minio(settings, role), role.replace("-", "_").upper()
        env |= {f"{name}_ACCESS_KEY": pair["access_key"], f"{name}_SECRET_KEY": pair["secret_key"]}
    return Launch(argv, env, base / "data")
