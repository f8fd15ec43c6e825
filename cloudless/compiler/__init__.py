"""What the generators of all providers share.

    artifact.py  Artifact: the files of one build, and how they get into their folder

A generator takes the IR and a stage, and gives an Artifact; it never touches the disk, nor calls an SDK.
"""

from cloudless.compiler.artifact import Artifact

__all__ = ["Artifact"]
