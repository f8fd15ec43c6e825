"""cloudless.toml: which application this is, and the stages it is built for.

    app = "shop.app:app"          # the module, and the App in it
    include = ["shop.handlers"]   # further modules that register handlers
    requirements = "requirements.txt"   # what they need; without this, of requirements.txt and pyproject.toml the first
    bundle = ["templates/"]       # what is deployed with them, beside the packages that they are in

    [stages.prod]
    provider = "aws"
    region = "eu-central-1"

    project = load()                    # every mistake at once, each with its line
    stage = project.stage("prod")
    app = project.load_app()

    text ──tomllib──► tables ──stage.py, file.py──► Project          project.py load, Project
      └──place.py──► where each key and value stands ──► mistakes.py Diagnostics
    settings.py  the keys that installed providers read
    entry.py  import what the file names    remedy.py  what to do where that raises    stray.py  what nobody imports

Imports pydantic; never loaded in a deployed function.
"""

from cloudless.config.project import Project, load
from cloudless.config.stage import Stage

__all__ = ["Project", "Stage", "load"]
