"""Applications, what a compiler makes of them, and the tools that look at it: for the tests of every provider.

applications.py  those of the conformance suite, the examples and the goldens, as IR
made.py          Documents: what one provider makes of them
goldens.py       Goldens: generated files, kept to be looked at
plain.py         an application of builtin types alone
terraform.py     the real terraform, with stand-ins for its providers
state.py         where it keeps a state
"""

from tests.documents.applications import (
    CONFORMANCE,
    EVERYTHING,
    EXAMPLES,
    GOLDEN,
    ROOT,
    conformance,
    example,
    forgotten,
    golden,
    program,
)
from tests.documents.goldens import Goldens
from tests.documents.made import BUNDLE, Documents
from tests.documents.plain import write_plain
from tests.documents.terraform import Applied, applied, plan, stand_ins, tool

__all__ = [
    "BUNDLE",
    "CONFORMANCE",
    "EVERYTHING",
    "EXAMPLES",
    "GOLDEN",
    "ROOT",
    "Applied",
    "Documents",
    "Goldens",
    "applied",
    "conformance",
    "example",
    "forgotten",
    "golden",
    "plan",
    "program",
    "stand_ins",
    "tool",
    "write_plain",
]
