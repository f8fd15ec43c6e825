"""Limits of the clouds that an app is meant for."""

from __future__ import annotations

from cloudless.frontend.codes.code import Code

LIMITS = (
    Code(
        "CL401",
        "Over a limit of a configured cloud",
        """Each provider publishes its limits with their sources. Those of the stages in cloudless.toml are applied, on
        top of what holds for all clouds; here, a cloud whose functions have 1,024 MB at most.""",
        wrong="""
            @app.function(memory_mb=2_048)
            def charge(order: dict) -> None: ...
            """,
        right="""
            @app.function(memory_mb=1_024)
            def charge(order: dict) -> None: ...
            """,
    ),
)
