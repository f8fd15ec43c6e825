"""What the compilers of all providers share.

    compiled.py    Compiled: what a provider's compiler gives: files, and a Package
    document.py    Document: Terraform JSON, built piece by piece       native.py  what `native=` changes in it
    names.py       escaped, shorten                                     pretty.py  JSON for people, fast
    package.py     Package: what goes into the zip of deployed functions
    definitions.py Definitions: orchestrations as their engine reads them
    artifact.py    Artifact: the files of one build, and how they get into their folder

A compiler takes the IR and a stage, and gives plain data; it never touches the disk, nor calls an SDK.
"""

from cloudless.compiler.artifact import Artifact
from cloudless.compiler.compiled import Compiled
from cloudless.compiler.definitions import Definitions
from cloudless.compiler.document import Address, Document, literal, places
from cloudless.compiler.names import digest_of, escaped, shorten
from cloudless.compiler.package import Own, Package

__all__ = [
    "Address",
    "Artifact",
    "Compiled",
    "Definitions",
    "Document",
    "Own",
    "Package",
    "digest_of",
    "escaped",
    "literal",
    "places",
    "shorten",
]
