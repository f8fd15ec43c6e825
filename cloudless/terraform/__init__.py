"""Terraform or OpenTofu, whichever is there: the program that makes what a build describes.

    program.py  Program: found, and of a version that will do
    folder.py   Folder: init, plan, show, apply and outputs of one build, and nobody else at it meanwhile
    process.py  run: a process that is let finish, whatever the one who waits does
    failure.py  what it says when it fails → one line that says what to do

It runs as it would by hand: the user's credentials, variables and plugins, the state where the stage says. We keep no
state. Imports the standard library.
"""

from cloudless.terraform.folder import Folder
from cloudless.terraform.program import Program, find

__all__ = ["Folder", "Program", "find"]
