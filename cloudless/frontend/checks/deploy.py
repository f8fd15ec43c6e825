"""What only a real cloud asks for: there, each function imports its handler by name."""

from __future__ import annotations

from cloudless.app import App
from cloudless.frontend.checks.names import routines
from cloudless.frontend.functions import original
from cloudless.frontend.report import Report


def importable(app: App, report: Report) -> None:
    """Every handler is registered when its module is imported; so is every orchestration and pure function."""
    for handler in routines(app):
        function = original(handler.function)
        if function is None:
            continue
        if "<locals>" in function.__qualname__:
            report.error(
                "CL129",
                report.sources.name_of(handler),
                f"{handler.name!r} is defined in another function, which does not run in the cloud",
                "define it at the top level of a module",
            )
        elif function.__module__ == "__main__":
            report.error(
                "CL129",
                report.sources.name_of(handler),
                f"{handler.name!r} stands in the script that is being run, which the cloud cannot import",
                "put it into a module, and name that one as the app",
            )
