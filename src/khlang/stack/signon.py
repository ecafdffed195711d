"""How people sign in to Trino: by its password file, or beside it by a directory (LDAP) or an OpenID provider (OAuth2).

One place for the settings: ``infra/config/trino/sign-on.env``, single lines of it overridden by ``<var>/sign-on.env``.
Accounts of the stack itself (loader, engineer, the pilot's analyst) stay in the password file whatever is chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from khlang.errors import SetupError
from khlang.settings import Settings, read_env_file

WAYS = ("file", "ldap", "oauth2")
#: Setting → property of Trino 476; those in the second group may be left empty.
_LDAP = {"LDAP_URL": "ldap.url", "LDAP_USER_BIND_PATTERN": "ldap.user-bind-pattern"}
_LDAP_MORE = {
    "LDAP_CA": "ldap.ssl.truststore.path",
    "LDAP_USER_BASE_DN": "ldap.user-base-dn",
    "LDAP_GROUP_AUTH_PATTERN": "ldap.group-auth-pattern",
}
_OAUTH2 = {
    "OAUTH2_ISSUER": "issuer",
    "OAUTH2_AUTH_URL": "auth-url",
    "OAUTH2_TOKEN_URL": "token-url",
    "OAUTH2_JWKS_URL": "jwks-url",
    "OAUTH2_CLIENT_ID": "client-id",
    "OAUTH2_PRINCIPAL_FIELD": "principal-field",
    "OAUTH2_SCOPES": "scopes",
}
_SECRET = "oauth2-client"  # noqa: S105  # a file's name


@dataclass(frozen=True)
class SignOn:
    """What sign-on adds: authentication types, properties, authenticators by file name, environment of the server."""

    types: tuple[str, ...] = ("PASSWORD",)
    config: Mapping[str, str] = field(default_factory=dict)
    authenticators: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


def read(settings: Settings) -> SignOn:
    """What is chosen.

    Raises:
        SetupError: A way is unknown, a setting that it needs is empty, or its secret's file is missing.
    """
    chosen = _settings(settings)
    ways = chosen["SIGN_ON"].split("+")
    if unknown := sorted(set(ways) - set(WAYS)):
        raise SetupError(
            f"SIGN_ON names {', '.join(unknown)}.",
            f"Write one of {', '.join(WAYS)}, or two joined by +.",
            code="SIGN-ON",
        )
    ldap, oauth2 = "ldap" in ways, "oauth2" in ways
    secret = _secret(settings) if oauth2 else ""
    return SignOn(
        types=("OAUTH2", "PASSWORD") if oauth2 else ("PASSWORD",),
        config=_oauth2(chosen) if oauth2 else {},
        authenticators={"ldap-authenticator.properties": _ldap(chosen)} if ldap else {},
        env={"OAUTH2_CLIENT_SECRET": secret} if oauth2 else {},
    )


def _settings(settings: Settings) -> dict[str, str]:
    found = read_env_file(settings.root / "infra" / "config" / "trino" / "sign-on.env")
    mine = settings.var / "sign-on.env"
    return found | (read_env_file(mine) if mine.exists() else {})


def _ldap(chosen: Mapping[str, str]) -> dict[str, str]:
    needed = {name: _needed(chosen, setting) for setting, name in _LDAP.items()}
    more = {name: chosen[setting] for setting, name in _LDAP_MORE.items() if chosen.get(setting)}
    # A password that was taken is asked for again after a minute, so that who left the directory is out soon.
    return {"password-authenticator.name": "ldap", **needed, **more, "ldap.cache-ttl": "1m"}


def _oauth2(chosen: Mapping[str, str]) -> dict[str, str]:
    start = "http-server.authentication.oauth2."
    given = {f"{start}{name}": _needed(chosen, setting) for setting, name in _OAUTH2.items()}
    # Addresses are settings rather than asked of the provider: Trino starts while the provider is away.
    fixed = {f"{start}client-secret": "${ENV:OAUTH2_CLIENT_SECRET}", f"{start}oidc.discovery": "false"}
    return given | fixed


def _needed(chosen: Mapping[str, str], setting: str) -> str:
    if not (value := chosen.get(setting, "")):
        raise SetupError(f"{setting} is empty.", "Set it in var/sign-on.env: docs/how-to/sign-on.md.", code="SIGN-ON")
    return value


def secret_file(settings: Settings) -> Path:
    """Where the provider's client secret lies (0600), put there by the operator."""
    return settings.secrets / _SECRET


def _secret(settings: Settings) -> str:
    path = secret_file(settings)
    if not path.exists():
        raise SetupError(
            f"The provider's client secret is not in {path}.", "Write it there, mode 0600.", code="SIGN-ON"
        )
    return path.read_text(encoding="utf-8").strip()
