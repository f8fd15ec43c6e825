"""The function apps that a build generates, and what Microsoft's worker library makes of them.

    shop.py       an application with one handler of every kind; goldens.py: what is generated for it, in golden/
    trials.py     one whose handlers do what they are told: end well, raise, take too long, end their process
    generated.py  the files of an application; written.py: in a folder
    ticking.py    a timer of the host's, and what our function sends when it ticks

`python -m providers.azure.tests.entry` writes golden/ anew.
"""
