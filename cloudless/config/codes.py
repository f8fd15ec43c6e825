"""Codes of the problems around cloudless.toml, beside those of programs; `explained` says what each means."""

from __future__ import annotations

NO_FILE = "CL501"  # no cloudless.toml where one is needed
NOT_TOML = "CL502"  # the text is no TOML
UNKNOWN_KEY = "CL503"  # a key that nobody reads
MISSING_KEY = "CL504"  # a key that the stage's provider needs
BAD_VALUE = "CL505"  # a value of the wrong type, or out of range
NO_APP = "CL506"  # what `app` or `include` names cannot be imported, or is no App
STRAY_MODULE = "CL507"  # a module that registers handlers, and that nobody imports
NO_VALUE = "CL508"  # a configuration entry without default that a stage gives no value
GAP = "CL509"  # the application needs what the provider of a stage does not do
NATIVE = "CL510"  # `native=` does not fit the resources that are made
NO_WHEEL = "CL511"  # a package that the functions need cannot be had for the cloud
TOO_LARGE = "CL512"  # what is deployed is over a limit of the cloud
NO_IMPORT = "CL513"  # what the functions import does not run from the bundle
STILL_RUNS = "CL514"  # executions that may still run need what is gone or changed
