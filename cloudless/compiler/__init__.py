"""What the compilers of all providers share, and what the build does with what they give.

for compilers: plain data in, plain data out; no disk, no SDK
    compiled.py    Compiled: what a provider's compiler gives: files, and a Package
    document.py    Document: Terraform JSON, built piece by piece   native.py  what `native=` changes in it
    names.py       escaped                                          pretty.py  JSON for people, fast
    package.py     Package: what goes into the zip of deployed functions
    definitions.py Definitions: orchestrations as their engine reads them
    program.py     Programs: what they need, where a cloud runs them     unit.py    Units: a function a handler
    facts.py       Facts: what our runtime is told of a unit             entries.py two files a unit
    translation.py Translation: an orchestration as a cloud's engine reads it
    ground.py      CommonGround: the program by name, and the document   used.py    Used: what a unit knows the place of
    unfit.py       Unfit: what a cloud cannot take                       reason.py  why somebody may, with lines
    ticks.py       Ticks: when a cloud's own timer has to fire           wait.py    time that passes between resources
for the build
    packing.py     Package + project ──► Bundle, tried:
        sources.py the project's files and ours     wheels.py what is required, by uv
        bundle.py  the zip                          smoke.py  importing it, by smoke_runner.py
    lock.py        Lock: definitions that may still run             needs.py   what they need of the program
    infra.py       the user's own Terraform                         record.py  what a build says of itself
    artifact.py    Artifact: the files of one build, and how they get into their folder
"""

from cloudless.compiler.artifact import Artifact
from cloudless.compiler.compiled import Compiled
from cloudless.compiler.definitions import Definitions
from cloudless.compiler.document import Address, Document, literal, places
from cloudless.compiler.names import escaped
from cloudless.compiler.package import Own, Package
from cloudless.driver.names import digest_of, shorten

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
