"""How a client shows Trino a workspace's pass."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trino.auth import Authentication


def by_pass(bearer: Callable[[], str]) -> "Authentication":
    """Asks for the pass at each request: it lives minutes, a prompt or a notebook lives hours."""
    from requests import PreparedRequest, Session
    from trino.auth import Authentication

    def show(request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {bearer()}"
        return request

    class Pass(Authentication):
        def set_http_session(self, http_session: Session) -> Session:
            http_session.auth = show
            return http_session

        def get_exceptions(self) -> tuple[type[Exception], ...]:
            return ()

    return Pass()
