"""The bridge from a build to tests, as far as no service is known: Terraform's documents, read and made on something.

    expression.py   Terraform's expressions, as far as we write them
    document.py     the blocks of all files of a folder
    kind.py         what tests know of a type of resource
    own.py          types that every cloud has
    apply.py        everything made, in the order of references

A provider brings its kinds and its world, e.g. `providers/azure/tests/bridge`. Whatever is not known (a type, an
argument, a function of Terraform) is `Unreadable`, and fails.
"""

from tests.bridge.apply import Applied, apply
from tests.bridge.document import Document
from tests.bridge.expression import Unreadable
from tests.bridge.kind import Kind, block, known, must, words

__all__ = ["Applied", "Document", "Kind", "Unreadable", "apply", "block", "known", "must", "words"]
