"""A user at the API of a Superset that runs."""

from typing import Any

import requests

from khlang.settings import Settings
from khlang.stack import seats, superset


class Caller:
    """A user at Superset's API."""

    def __init__(self, settings: Settings, user: str, at: seats.Seat | None = None) -> None:
        self.url = f"{superset.url(settings)}/api/v1"
        self.session = requests.Session()
        self.session.trust_env = False
        password = superset.password_file(settings, user, at).read_text(encoding="utf-8").strip()
        login: dict[str, Any] = {"username": user, "password": password, "provider": "db", "refresh": False}
        told = self.session.post(f"{self.url}/security/login", json=login, timeout=60)
        self.session.headers["Authorization"] = f"Bearer {told.json()['access_token']}"
        self.session.headers["X-CSRFToken"] = self.get("security/csrf_token/").json()["result"]
        self.session.headers["Referer"] = superset.url(settings)

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.url}/{path}", timeout=120)

    def post(self, path: str, told: dict[str, Any]) -> requests.Response:
        return self.session.post(f"{self.url}/{path}", json=told, timeout=120)


def listed(caller: Caller, kind: str) -> list[dict[str, Any]]:
    """Everything of a kind; RISON for its page."""
    found: list[dict[str, Any]] = caller.get(f"{kind}/?q=(page_size:100)").json()["result"]
    return found
