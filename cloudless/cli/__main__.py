"""`python -m cloudless.cli`."""

from cloudless.cli import main

main()
