"""The domains: what the sandbox is asked. A domain is one package here, its contracts, codes, rules and a notebook."""

import pkgutil
from functools import cache


@cache
def names() -> tuple[str, ...]:
    """Every domain, in order of name."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg))
