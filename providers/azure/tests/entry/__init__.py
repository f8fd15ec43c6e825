"""The function apps that a build generates, and what Microsoft's worker library makes of them.

shop.py      an application with one handler of every kind
golden/      what is generated for it; `python -m providers.azure.tests.entry` writes it anew
hosted.py    an app of a group under the worker library, invoked by hand
"""
