"""What the stack writes: no secret where it can be seen, every file as private as it must be."""

import dataclasses
import stat
from pathlib import Path

import pytest
from cryptography import x509

from khlang import settings as settings_module
from khlang.settings import Settings
from khlang.stack import minio, secrets, services, spark, supervisor, tls, trino
from khlang.stack.process import base_environment


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    settings = settings_module.load({"KHLANG_VAR": str(tmp_path / "var")})
    secrets.ensure(settings)
    return settings


def every_secret(settings: Settings) -> list[str]:
    names = ("trino-internal", "airflow-jwt", "airflow-web", "airflow-fernet", "spark-connect.token", "audit.token")
    texts = [secrets.text(settings, name) for name in names]
    texts += [secrets.trino_password_file(settings, user).read_text() for user in secrets.TRINO_USERS]
    texts += [secrets.minio(settings, role)["secret_key"] for role in ("root", *secrets.ROLES)]
    return [*texts, secrets.airflow_password_file(settings).read_text()]


def test_secrets_are_private_and_stay_the_same(here: Settings) -> None:
    before = every_secret(here)
    secrets.ensure(here)
    assert every_secret(here) == before
    assert len(set(before)) == len(before)
    assert min(len(text) for text in before) >= 30
    assert stat.S_IMODE(here.secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in here.secrets.iterdir()} == {0o600}


def test_no_secret_in_a_command_or_in_the_supervisors_file(here: Settings) -> None:
    text = supervisor.write_config(here).read_text()
    commands = " ".join(word for service in services.SERVICES for word in service.launch(here).argv)
    for secret in every_secret(here):
        assert secret not in text
        assert secret not in commands


def test_trino_files_name_secrets_and_hold_none(here: Settings) -> None:
    tls.ensure(here)
    trino.prepare(here)
    etc = here.var / "trino" / "etc"
    written = {path: path.read_text() for path in etc.rglob("*") if path.is_file()}
    for secret in every_secret(here):
        assert not [path for path, text in written.items() if secret in text]
    assert "${ENV:TRINO_READ_SECRET_KEY}" in written[etc / "catalog" / "lake.properties"]
    assert "register-table-procedure.enabled=false" in written[etc / "catalog" / "lake.properties"]
    assert "$2y$" in written[etc / "password.db"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_every_program_stands_behind_the_fence(here: Settings) -> None:
    text = supervisor.write_config(here).read_text()
    commands = [line for line in text.splitlines() if line.startswith("command = ") and ".launch" in line]
    assert len(commands) == len(services.SERVICES)
    hidden = f"infra/native/fence {here.outside} --also {here.var / 'run'} "
    assert all(hidden in line for line in commands)


def test_the_socket_fits_the_kernels_limit(tmp_path: Path) -> None:
    long = settings_module.load({"KHLANG_VAR": str(tmp_path / ("x" * 120))})
    short = settings_module.load({"KHLANG_VAR": "/v"})
    assert len(str(supervisor.socket_path(long))) <= supervisor.SOCKET_PATH_LIMIT
    assert supervisor.socket_path(short) == Path("/v/run/supervisor.sock")
    other = dataclasses.replace(long, var=long.var / "y")
    assert supervisor.socket_path(long) != supervisor.socket_path(other)


def test_services_do_not_inherit_what_breaks_tls(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "SPARK_HOME"):
        monkeypatch.setenv(name, "/somewhere")
        assert name not in base_environment(here)


def test_services_inherit_the_options_of_their_java(here: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-Xshare:auto")
    assert base_environment(here)["JDK_JAVA_OPTIONS"] == "-Xshare:auto"


def test_certificates_are_for_loopback_and_keys_are_private(here: Settings) -> None:
    tls.ensure(here)
    folder = here.var / "tls"
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    for server in tls.SERVERS:
        certificate = x509.load_pem_x509_certificate((folder / f"{server}.pem").read_bytes())
        certificate.verify_directly_issued_by(authority)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]
    private = [path for path in folder.iterdir() if path.suffix == ".key" or path.name.endswith("-both.pem")]
    assert len(private) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    before = (folder / "ca.pem").read_bytes()
    tls.ensure(here)
    assert (folder / "ca.pem").read_bytes() == before


def test_the_sparks_settings_come_from_one_file(here: Settings) -> None:
    shown = spark.properties(here)
    assert shown["spark.connect.grpc.binding.address"] == "127.0.0.1"
    assert shown["spark.ui.enabled"] == "false"
    assert not [name for name in shown if name.endswith((".access.key", ".secret.key"))]
    spark.prepare(here)
    written = here.var / "spark" / "server.conf"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert shown.items() < spark.read_properties(written).items()
    key = here.var / "spark" / "store.credentials"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert secrets.minio(here, "curate")["secret_key"] in key.read_text()
    assert not [value for value in secrets.minio(here, "curate").values() if value in written.read_text()]
    token = secrets.text(here, "spark-connect.token")
    assert token not in written.read_text()  # every property of the server can be read back by a session
    assert spark.launch(here).env["SPARK_CONNECT_AUTHENTICATE_TOKEN"] == token


@pytest.mark.parametrize("role", secrets.ROLES)
def test_no_role_has_a_right_on_everything(role: str) -> None:
    for statement in minio.policy(role)["Statement"]:
        assert not [action for action in statement["Action"] if "*" in action]
        assert all(arn.startswith("arn:aws:s3:::") and arn != "arn:aws:s3:::*" for arn in statement["Resource"])


def test_who_writes_landing_cannot_read_it() -> None:
    rights = [s for s in minio.policy("gateway")["Statement"] if "arn:aws:s3:::landing/*" in s["Resource"]]
    assert [statement["Action"] for statement in rights] == [["s3:PutObject"]]
