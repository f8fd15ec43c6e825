"""The standard library: every function by its name.

https://cloud.google.com/workflows/docs/reference/stdlib/overview
"""

from providers.gcp.tests.gcwsim.library import collections, encoding, helpers, system, text, web
from providers.gcp.tests.gcwsim.library.function import Function, page_of

FUNCTIONS: dict[str, Function] = {
    one.name: one for module in (helpers, text, collections, encoding, system, web) for one in module.FUNCTIONS
}
OBJECTS = system.OBJECTS
MODULES = {name.partition(".")[0] for name in FUNCTIONS if "." in name}
UNMODELLED = ("experimental.executions.map", "experimental.executions.run")

__all__ = ["FUNCTIONS", "MODULES", "OBJECTS", "UNMODELLED", "Function", "page_of"]
