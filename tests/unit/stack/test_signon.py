"""What each way to sign in writes for Trino, and that no secret stands in it."""

from pathlib import Path

import pytest

from khlang import settings as settings_
from khlang.errors import SetupError
from khlang.settings import Settings
from khlang.stack import secrets, signon, tls, trino

DIRECTORY = "LDAP_URL=ldaps://directory.example:636\nLDAP_USER_BIND_PATTERN=uid=${USER},ou=people,dc=example\n"
PROVIDER = (
    "".join(
        f"OAUTH2_{name}=https://provider.example/{name.lower()}\n"
        for name in ("ISSUER", "AUTH_URL", "TOKEN_URL", "JWKS_URL")
    )
    + "OAUTH2_CLIENT_ID=khlang\n"
)
BOTH = f"SIGN_ON=ldap+oauth2\n{DIRECTORY}{PROVIDER}"
SECRET = "the provider gave this"


def here(var: Path, text: str = "", secret: str = SECRET) -> Settings:
    """An installation with these settings."""
    made = settings_.load({"KHLANG_VAR": str(var)})
    secrets.ensure(made)
    tls.ensure(made)
    (var / "sign-on.env").write_text(text)
    if secret:
        secrets.write_private(signon.secret_file(made), secret)
    return made


def written(settings: Settings) -> dict[str, str]:
    trino.prepare(settings)
    etc = settings.var / "trino" / "etc"
    return {path.name: path.read_text() for path in etc.glob("*.properties")}


def test_without_settings_the_password_file_is_the_only_way(tmp_path: Path) -> None:
    made = here(tmp_path, secret="")
    files = written(made)
    assert "http-server.authentication.type=PASSWORD,JWT\n" in files["config.properties"]
    assert "oauth2" not in files["config.properties"]
    assert "ldap-authenticator.properties" not in files


def test_directory_and_provider_stand_beside_the_password_file(tmp_path: Path) -> None:
    made = here(tmp_path, BOTH)
    files = written(made)
    config = files["config.properties"]
    assert "http-server.authentication.type=OAUTH2,PASSWORD,JWT\n" in config
    (line,) = [one for one in config.splitlines() if one.startswith("password-authenticator.config-files=")]
    assert [Path(one).name for one in line.partition("=")[2].split(",")] == [
        trino.PASSWORDS,
        "ldap-authenticator.properties",
    ]
    assert "ldap.user-bind-pattern=uid=${USER},ou=people,dc=example\n" in files["ldap-authenticator.properties"]
    assert "ldap.ssl" not in files["ldap-authenticator.properties"]
    assert "oauth2.client-secret=${ENV:OAUTH2_CLIENT_SECRET}\n" in config
    assert not [name for name, text in files.items() if SECRET in text]
    launched = trino.launch(made)
    assert launched.env["OAUTH2_CLIENT_SECRET"] == SECRET
    assert SECRET not in " ".join(launched.argv)


@pytest.mark.parametrize(
    "text",
    ["SIGN_ON=kerberos\n", "SIGN_ON=ldap\n", f"SIGN_ON=oauth2\n{DIRECTORY}",
     BOTH.replace("JWKS_URL=https://provider.example/jwks_url", "JWKS_URL=")],
)  # fmt: skip
def test_half_a_setting_is_refused_before_anything_is_written(tmp_path: Path, text: str) -> None:
    made = here(tmp_path, text)
    with pytest.raises(SetupError) as refused:
        trino.prepare(made)
    assert refused.value.code == "SIGN-ON"
    assert not (made.var / "trino" / "etc" / "config.properties").exists()


def test_a_provider_without_its_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as refused:
        signon.read(here(tmp_path, BOTH, secret=""))
    assert refused.value.code == "SIGN-ON"
