"""Orchestrations as a backend can print them: what its expressions cannot say, statements do before them.

    capabilities.py  what a backend can print: NATIVE is everything
    statements.py    an orchestration, statement by statement
    expressions.py   an expression → what is left of it, and the statements before it
    loops.py         comprehensions, folds, concatenations and joins → For
    prelude.py       the statements before another one; new variables and labels

A lowered orchestration is of the same IR, means the same, and asks for the same steps with the same keys. Statements
keep their ids; those before "3.body.0" are "3.body.0.before.0" and so on. A variable that is added is written where
it is used, so in a branch it is the branch's own. Parts that need no lowering are the same objects as before.

Expressions are pure: only where one of them could fail does it matter whether it is evaluated. So what stands before a
statement is evaluated in order, and what the language evaluates lazily stays behind the test that guards it.
"""

from __future__ import annotations

from cloudless.passes.lowering.capabilities import NATIVE, Capabilities, Weight, kind_of
from cloudless.passes.lowering.statements import lower

__all__ = ["NATIVE", "Capabilities", "Weight", "kind_of", "lower"]
