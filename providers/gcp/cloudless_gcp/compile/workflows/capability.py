"""What an expression of Workflows can say; all else, `cloudless.passes.lowering` makes statements of before it.

https://cloud.google.com/workflows/docs/reference/syntax/expressions
"""

from __future__ import annotations

from cloudless.passes.lowering import Capabilities, Weight
from cloudless.passes.lowering.capabilities import APPEND, EAGER, LOWERED, SIMPLE, TOP, WHOLE

WORKFLOWS = Capabilities(
    name="workflows",
    rules={
        # No comprehensions, and no functions as arguments of functions:
        # https://cloud.google.com/workflows/docs/reference/syntax/expressions
        # https://cloud.google.com/workflows/docs/reference/stdlib/overview
        "Map": LOWERED,
        "Fold": LOWERED,
        "TextCall:join": LOWERED,
        # list.concat adds one element: https://cloud.google.com/workflows/docs/reference/stdlib/list/concat
        "Concat": APPEND,
        # if() is a function, and arguments of functions are evaluated before it is called:
        # https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers
        "Choose": SIMPLE,
        # It is not said that `and` and `or` leave out what they do not need:
        # https://cloud.google.com/workflows/docs/reference/syntax/datatypes#logical-operators
        "And": EAGER,
        "Or": EAGER,
        # Lists and maps are written around expressions, not in them:
        # https://cloud.google.com/workflows/docs/reference/syntax/expressions (supported elements)
        "Record": TOP,
        "Dict": TOP,
        "List": TOP,
        "NewError": TOP,
        "Const:data": TOP,
        "Setting:data": TOP,
        # A computed key is assigned to, my_map[key]: value, not written in a map:
        # https://cloud.google.com/workflows/docs/reference/syntax/syntax-cheat-sheet
        "Dict:computed": WHOLE,
        # Written with their operands several times: floor division by math.floor, since the sign of // and % is not
        # documented, nor which way int() goes; tests by `in e.mro` for each name; there is no startswith, endswith, or
        # search that takes "".
        "Arithmetic://": SIMPLE,
        "Arithmetic:%": SIMPLE,
        "Contains": SIMPLE,
        "ErrorIs": SIMPLE,
        "TextCall:startswith": SIMPLE,
        "TextCall:endswith": SIMPLE,
        "Unary:int": SIMPLE,
    },
    # 400 characters, https://cloud.google.com/workflows/quotas#resource_limits; the rest is for what surrounds it
    most=320,
    weights={
        "Var": Weight(own=8),  # a printer may add to a name that is not free
        "Const": Weight(own=2),
        "Field": Weight(own=4),
        "Index": Weight(own=2),
        "Key": Weight(own=2),
        "Arithmetic": Weight(own=4),
        "Arithmetic://": Weight(own=16, times=2),
        "Arithmetic:%": Weight(own=24, times=3),
        "Compare": Weight(own=4),
        "Equal": Weight(own=4),
        "IsNone": Weight(own=12),
        "And": Weight(own=4),
        "Or": Weight(own=4),
        "Text": Weight(own=4),
        "ToText": Weight(own=24),
        "Concat": Weight(own=16),
        "Merge": Weight(own=16),
        "Contains": Weight(own=32, times=3),
        "TextCall": Weight(own=20),
        "TextCall:startswith": Weight(own=56, times=5),
        "TextCall:endswith": Weight(own=80),
        "Unary:int": Weight(own=56, times=3),
        "ErrorIs": Weight(own=32, times=1),
    },
)
