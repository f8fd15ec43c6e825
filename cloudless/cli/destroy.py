"""`cloudless destroy`: remove everything that a stage deployed."""

from __future__ import annotations

from cloudless.cli import show
from cloudless.cli.options import AsJson, ConfigFile, DeployedStage, ForTerraform, Yes
from cloudless.cli.planned import ask, commit, must_answer, options_of, prepared, print_plan


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
    from cloudless.summary.summary import as_data

    must_answer(yes=yes)
    given = options_of(options)
    with prepared(stage, config, as_json=as_json) as deployment:
        summary = deployment.plan(given, destroy=True)
        print_plan(deployment, summary, verb="destroy ")
        if not summary.is_empty:
            if not yes:
                ask(f"This destroys stage {stage}.", stage)
            deployment.apply(given)
            if deployment.forget():
                commit(stage, "that nothing runs")
    if as_json:
        show.as_json({"stage": stage, "summary": as_data(summary)})
