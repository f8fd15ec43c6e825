"""What Google's build installs beside the package: functions-framework, and all that it brings, in one version each.

Whoever requires functions-framework alone gets of Flask, gunicorn and the others what the index has on the day of the
build, which differs from image to image. These are the versions that entries are tried with, here and in the trial of
a package; what a program requires itself is not among them: that lies in the package.
https://cloud.google.com/functions/docs/writing/specifying-dependencies-python
"""

from __future__ import annotations

FRAMEWORK = (
    "functions-framework==3.10.2",
    "anyio==4.16.0",
    "blinker==1.9.0",
    "click==8.5.1",
    "cloudevents==1.12.0",
    "deprecation==2.1.0",
    "flask==3.1.3",
    "gunicorn==27.0.1",
    "h11==0.16.0",
    "idna==3.20",
    "itsdangerous==2.2.0",
    "jinja2==3.1.6",
    "markupsafe==3.0.4",
    "packaging==26.3",
    "starlette==1.10.0",
    "typing-extensions==4.16.0",
    "uvicorn==0.54.0",
    "uvicorn-worker==0.4.0",
    "watchdog==7.1.0",
    "werkzeug==3.1.9",
)
"""For Python 3.11 to 3.13 on Linux. Renew them together, and run the tests with them."""

REQUIREMENTS = "".join(f"{one}\n" for one in FRAMEWORK)
"""The text of requirements.txt."""
