"""The headers of every page: nothing from elsewhere, no inline script, no frame, no copy in a cache."""

import base64
import hashlib
import re

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def of(page: str) -> dict[str, str]:
    """Headers of a page: nothing from elsewhere, no inline script, and only the styles that it carries itself."""
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _STYLE.findall(page)]
    styles = " ".join(["'self'", *(f"'sha256-{one}'" for one in hashes)])
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; script-src 'self'; connect-src 'self'; style-src {styles}; "
            "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
