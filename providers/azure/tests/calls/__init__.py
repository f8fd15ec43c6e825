"""Calls between function apps, and what their drivers say when something goes wrong.

program.py   the application of these tests
site.py      its stage, in this process: the app of functions behind a socket, a vault, the Durable stand-in, a ledger
"""
