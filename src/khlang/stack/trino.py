"""Trino: TLS, passwords and workspaces' passes, file access rules; catalogs to read, to register in, to write in."""

from pathlib import Path

from khlang import artefacts, inside, lake
from khlang.landing import audit
from khlang.settings import Settings, read_env_file
from khlang.stack import access, passes, secrets, signon
from khlang.stack.process import Launch, base_environment

# Plugins that are loaded; others of the tarball (tpch, memory, …) lie in the cache for whoever needs them.
PLUGINS = ("delta-lake", "http-event-listener", "password-authenticators", "resource-group-managers")
PASSWORDS = "password-authenticator.properties"  # a file's name
_OAUTH2 = "http-server.authentication.oauth2.user-mapping.pattern"
#: Catalog → its role of the object store, the bucket of its metastore, whether written tables are registered in it.
CATALOGS = {
    "lake": ("trino-read", lake.LAKE, "false"),
    "loader": ("trino-loader", lake.LAKE, "true"),
    "scratch": ("trino-scratch", lake.SCRATCH, "false"),
}


def limits(settings: Settings) -> dict[str, str]:
    """What one query may take; see the file."""
    return read_env_file(settings.root / "infra" / "config" / "trino" / "limits.properties")


def groups(settings: Settings) -> Path:
    """Who may ask how much at a time, and who waits."""
    return settings.root / "infra" / "config" / "trino" / "resource-groups.json"


def _properties(pairs: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in pairs.items())


def _config(settings: Settings, etc: Path, chosen: signon.SignOn) -> dict[str, str]:
    tls = settings.var / "tls"
    passwords = [etc / PASSWORDS, *(etc / name for name in chosen.authenticators)]
    return {
        **chosen.config,
        "coordinator": "true",
        "node-scheduler.include-coordinator": "true",
        "discovery.uri": settings.trino_url,
        "http-server.http.enabled": "false",
        "http-server.https.enabled": "true",
        "http-server.https.port": str(settings.port("TRINO")),
        "http-server.https.keystore.path": str(tls / "trino-both.pem"),
        "http-server.authentication.type": ",".join((*chosen.types, "JWT")),
        # No password and no provider makes anybody a user of a workspace, no pass anybody another user.
        **({_OAUTH2: f"((?!.*{inside.SUFFIX}).*)"} if "OAUTH2" in chosen.types else {}),
        "http-server.authentication.password.user-mapping.pattern": "([^@]*)",
        "http-server.authentication.jwt.user-mapping.pattern": f"(.*{inside.SUFFIX})",
        "http-server.authentication.jwt.key-file": str(passes.public_file(settings)),
        "http-server.authentication.jwt.required-issuer": passes.ISSUER,
        "http-server.authentication.jwt.required-audience": passes.AUDIENCE,
        "internal-communication.shared-secret": "${ENV:TRINO_INTERNAL}",
        "internal-communication.https.required": "true",
        "internal-communication.https.truststore.path": str(tls / "ca.pem"),
        "node.internal-address": "127.0.0.1",
        "node.bind-ip": "127.0.0.1",
        "plugin.dir": str(etc.parent / "plugin"),
        "catalog.config-dir": str(etc / "catalog"),
        "access-control.config-files": str(etc / "access-control.properties"),
        "password-authenticator.config-files": ",".join(map(str, passwords)),
        "event-listener.config-files": str(etc / "http-event-listener.properties"),
        **limits(settings),
        "memory.heap-headroom-per-node": "500MB",
        "task.concurrency": "2",
        "web-ui.enabled": "false",
        "catalog.management": "static",
    }


def _catalog(settings: Settings, role: str, bucket: str, register: str) -> dict[str, str]:
    name = role.replace("-", "_").upper()
    return {
        "connector.name": "delta_lake",
        "hive.metastore": "file",
        "hive.metastore.catalog.dir": f"s3://{bucket}/_metastore",
        "fs.native-s3.enabled": "true",
        "s3.endpoint": settings.minio_url,
        "s3.region": "us-east-1",
        "s3.path-style-access": "true",
        "s3.aws-access-key": f"${{ENV:{name}_ACCESS_KEY}}",
        "s3.aws-secret-key": f"${{ENV:{name}_SECRET_KEY}}",
        "delta.register-table-procedure.enabled": register,
        "delta.metadata.cache-ttl": "1s",
        "hive.metastore-cache-ttl": "0s",
        # Statistics are those of whole files, of rows and cells that a filter or mask hides too, and SHOW STATS and
        # EXPLAIN tell them (tests/attacks/test_masks.py shows it where they are on).
        "delta.table-statistics-enabled": "false",
        # Otherwise what is written lies below the metastore's folder, and not below its project's.
        "hive.metastore.disable-location-checks": "true" if bucket == lake.SCRATCH else "false",
    }


def listener(settings: Settings) -> dict[str, str]:
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
    etc, plugins, chosen = base / "etc", base / "plugin", signon.read(settings)
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
    queues = {"resource-groups.configuration-manager": "file", "resource-groups.config-file": str(groups(settings))}
    secrets.write_private(etc / "config.properties", _properties(_config(settings, etc, chosen)))
    secrets.write_private(etc / "access-control.properties", _properties(control))
    secrets.write_private(etc / PASSWORDS, _properties(passwords))
    for file, asked in chosen.authenticators.items():
        secrets.write_private(etc / file, _properties(dict(asked)))
    secrets.write_private(etc / "resource-groups.properties", _properties(queues))
    secrets.write_private(etc / "http-event-listener.properties", _properties(listener(settings)))
    # At INFO its start writes every property of every plugin into the log, the listener's token among them.
    secrets.write_private(etc / "log.properties", "io.trino=INFO\nBootstrap=WARN\n")
    for name, catalog in CATALOGS.items():
        secrets.write_private(etc / "catalog" / f"{name}.properties", _properties(_catalog(settings, *catalog)))
    passes.ensure(settings)
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
        **signon.read(settings).env,
    }
    for role, *_ in CATALOGS.values():
        pair, name = secrets.minio(settings, role), role.replace("-", "_").upper()
        env |= {f"{name}_ACCESS_KEY": pair["access_key"], f"{name}_SECRET_KEY": pair["secret_key"]}
    # Trino has no setting for where this one file is: it reads etc/resource-groups.properties of where it is started,
    # and starts without any queue where there is none.
    return Launch(argv, env, base)
