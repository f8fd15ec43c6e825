"""equal: whether two values are equal, deep. == is documented for numbers, texts, bools and null only."""

from __future__ import annotations

from cloudless_gcp.compile.workflows.plan import Plan
from cloudless_gcp.compile.workflows.prelude.words import Plain, Steps, assign, steps, switch


def equal(plan: Plan, name: str) -> Plain:
    """Routine `equal`, which calls itself."""
    plan.called(name, name)
    named = steps(**_kinds(), **_lists(name), **_maps(name), yes={"return": True}, no={"return": False})
    return {"params": ["one", "other"], "steps": named}


def _kinds() -> Steps:
    """What both are; of scalars, == tells."""
    numbers = '["integer", "double"]'
    return {
        "kinds": assign(("kind", "${get_type(one)}"), ("same", "${get_type(other)}"), ("at", 0)),
        "test": switch(
            (f"(kind in {numbers}) and (same in {numbers})", "scalar"),
            ("kind != same", "no"),
            ('kind == "list"', "lists"),
            ('kind == "map"', "maps"),
        ),
        "scalar": {"return": "${one == other}"},
    }


def _lists(name: str) -> Steps:
    return {
        "lists": switch(("len(one) != len(other)", "no")),
        "items": switch(("at >= len(one)", "yes"), (f"{name}(one[at], other[at])", "further"), to="no"),
        "further": assign(("at", "${at + 1}"), to="items"),
    }


def _maps(name: str) -> Steps:
    return {
        "maps": switch(("len(one) != len(other)", "no")),
        "begin": assign(("names", "${keys(one)}")),
        "fields": switch(
            ("at >= len(names)", "yes"),
            ("not (names[at] in other)", "no"),
            (f"{name}(one[names[at]], other[names[at]])", "on"),
            to="no",
        ),
        "on": assign(("at", "${at + 1}"), to="fields"),
    }
