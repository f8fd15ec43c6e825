"""Summary: what a deployment would change, in the words of the program, before Terraform says it in its own.

    change.py   Change: what becomes of a resource, from a plan of Terraform's as JSON
    grant.py    Shift: what a handler may do newly, or no longer, from the record of the last deployment and the next
    running.py  Pinned: executions that run while it happens
    summary.py  Summary: all of that, and notes

Plain data from plain data: nothing here runs Terraform, asks a cloud, or writes to a terminal.
"""

from cloudless.summary.change import Change
from cloudless.summary.grant import Shift
from cloudless.summary.running import Pinned
from cloudless.summary.summary import Summary, summary

__all__ = ["Change", "Pinned", "Shift", "Summary", "summary"]
