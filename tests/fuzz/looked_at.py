"""Which functions a fuzzer looks at: ours. Instrumenting all that they bring takes longer than the fuzzing."""

import inspect
from collections.abc import Iterable
from types import ModuleType


def instrument(modules: Iterable[ModuleType]) -> int:
    """Have every function and method that these modules define tell where it has been; gives how many."""
    import atheris

    count = 0
    for module in modules:
        classes = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]
        for holder in (module, *classes):
            for name, found in list(vars(holder).items()):
                if inspect.isfunction(found) and found.__module__ == module.__name__:
                    setattr(holder, name, atheris.instrument_func(found))
                    count += 1
    return count
