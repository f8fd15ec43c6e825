"""`cloudless destroy`: remove everything that a stage deployed."""

from __future__ import annotations

from cloudless.cli import show
from cloudless.cli.failure import told
from cloudless.cli.options import AsJson, ConfigFile, DeployedStage, ForTerraform, Yes
from cloudless.cli.planned import Terminal, ask, commit, must_answer, options_of, print_plan


def destroy(
    stage: DeployedStage,
    options: ForTerraform = None,
    *,
    yes: Yes = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    r"""Remove everything that a stage deployed.

    Messages and data go as well. It shows what would go, and asks for the name of the stage. What `existing=` names was
    not made here, and stays.

    \b
        cloudless destroy test
        cloudless destroy pr-17 --yes

    Exit codes: 0 destroyed (or nothing was there), 1 it cannot be, was not agreed to, or failed, 2 wrong usage.
    """
    from cloudless.config import load
    from cloudless.deploy import prepared
    from cloudless.summary.summary import as_data

    must_answer(yes=yes)
    given = options_of(options)
    with told(), show.aside(as_json):
        project = load(config)
        chosen = project.stage(stage)
        with prepared(project, chosen, Terminal(aside=as_json)) as deployment:
            summary = deployment.plan(given, destroy=True)
            print_plan(deployment, summary, verb="destroy ")
            if not summary.is_empty:
                if not yes:
                    ask(f"This destroys stage {chosen.name}.", chosen.name)
                deployment.apply(given)
                if deployment.forget():
                    commit(chosen.name, "that nothing runs")
    if as_json:
        show.as_json({"stage": chosen.name, "summary": as_data(summary)})
