"""Superset's settings, read in its own environment: loopback, one database, no outside host, no telemetry, no cache.

Every value that belongs to an installation comes from the environment that ``khlang superset`` sets; secrets come from
files of their owner alone.
"""

import os
from pathlib import Path
from typing import Any

from trino.auth import Authentication, BasicAuthentication

BASE = Path(os.environ["KHLANG_SUPERSET"])
PRIVATE = BASE / "private"
TRINO = os.environ["KHLANG_TRINO"]
#: In a workspace: the file of the pass, which is renewed every few minutes.
PASS = os.environ.get("KHLANG_TRINO_PASS")


def _secret(name: str) -> str:
    return (PRIVATE / name).read_text(encoding="utf-8").strip()


SECRET_KEY = _secret("key")
GUEST_TOKEN_JWT_SECRET = SECRET_KEY[::-1]  # embedding is off; a known default would still be one
SQLALCHEMY_DATABASE_URI = f"sqlite:///{BASE / 'superset.db'}"

# What an answer held is asked anew, never kept beside the page.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
THUMBNAIL_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
RESULTS_BACKEND = None
SQLLAB_TIMEOUT = 120
ROW_LIMIT = 10_000
SQL_MAX_ROW = 100_000

# Passwords are tried slowly; pages, which ask for some hundred files at once, are not held up.
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "memory://"
RATELIMIT_APPLICATION = "2000 per second"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per minute"
SESSION_COOKIE_NAME = "khlang_superset"
SESSION_COOKIE_SAMESITE = "Strict"
FAB_API_SWAGGER_UI = False
ENABLE_PROXY_FIX = False
MAPBOX_API_KEY = ""
FEATURE_FLAGS = {
    "ALERT_REPORTS": False,
    "DASHBOARD_RBAC": False,
    "EMBEDDED_SUPERSET": False,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "ESCAPE_MARKDOWN_HTML": True,
    "SSH_TUNNELING": False,
    "THUMBNAILS": False,
}

# The browser itself refuses whatever a page would fetch from elsewhere: the stock list has hosts of maps and telemetry,
# and the package's menu bar holds a picture of such a host that no setting takes away.
CONTENT_SECURITY_POLICY_WARNING = False
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "img-src": ["'self'", "blob:", "data:"],
        "object-src": "'none'",
        "script-src": ["'self'", "'strict-dynamic'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "worker-src": ["'self'", "blob:"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # loopback only
    "session_cookie_secure": False,
}

APP_NAME = "คลัง · Khlang"
FONTS = "Inter, Sarabun, 'Noto Sans Thai', Loma, Tahoma, sans-serif"
THEME_DEFAULT = {
    "token": {
        "brandAppName": APP_NAME,
        "brandLogoAlt": APP_NAME,
        "brandLogoUrl": "/static/assets/images/superset-logo-horiz.png",
        "brandLogoHref": "/",
        "brandLogoHeight": "24px",
        "brandLogoMargin": "18px 0",
        "brandIconMaxWidth": 37,
        "colorPrimary": "#2893B3",
        "colorLink": "#2893B3",
        "fontFamily": FONTS,
    },
    "algorithm": "default",
}
THEME_DARK = None


def DB_SQLA_URI_VALIDATOR(uri: Any) -> None:  # noqa: N802  Superset's name
    """Nobody adds another database on the page, not even an administrator."""
    if f"{uri.drivername}://{uri.username}@{uri.host}:{uri.port}" != TRINO:
        raise ValueError("Only this installation's Trino is asked here.")


class Pass(Authentication):
    """Shows Trino the pass of the workspace, read anew at each request; it is gone when the workspace closes."""

    def set_http_session(self, http_session: Any) -> Any:
        """Give the session what shows the pass."""
        http_session.auth = self._show
        return http_session

    def get_exceptions(self) -> tuple[type[Exception], ...]:
        """None of its own."""
        return ()

    @staticmethod
    def _show(request: Any) -> Any:
        try:
            bearer = Path(str(PASS)).read_text(encoding="ascii").strip()
        except OSError:
            raise PermissionError("This workspace is closed: its pass was taken away.") from None
        request.headers["Authorization"] = f"Bearer {bearer}"
        return request


def DB_CONNECTION_MUTATOR(  # noqa: N802  Superset's name
    uri: Any, params: dict[str, Any], username: str, security_manager: Any, source: Any
) -> tuple[Any, dict[str, Any]]:
    """Every connection: TLS by our own authority; password or pass from its file, and in no database."""
    del username, security_manager, source
    DB_SQLA_URI_VALIDATOR(uri)
    shown = Pass() if PASS else BasicAuthentication(uri.username, _secret("trino.password"))
    known = {"http_scheme": "https", "verify": os.environ["KHLANG_TRINO_CA"], "auth": shown}
    params["connect_args"] = params.get("connect_args", {}) | known
    return uri, params
