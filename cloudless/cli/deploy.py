"""`cloudless deploy`: build a stage, and let Terraform make it so."""

from __future__ import annotations

from cloudless.cli import show
from cloudless.cli.options import AsJson, ConfigFile, DeployedStage, ForTerraform, LosingData, Yes
from cloudless.cli.outputs import print_outputs
from cloudless.cli.planned import agreed, commit, must_answer, options_of, prepared, print_plan


def deploy(
    stage: DeployedStage,
    options: ForTerraform = None,
    *,
    yes: Yes = False,
    losing: LosingData = False,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    r"""Build a stage, show what would change, ask, and deploy it.

    As `cloudless plan`; then Terraform (or OpenTofu) does exactly what was shown. Where messages, tables or executions
    would be lost, one types the name of the stage instead of y; --yes refuses that without --allow-data-loss.

    \b
        cloudless deploy prod
        cloudless deploy prod --yes
        cloudless deploy prod -- -parallelism=2

    Exit codes: 0 deployed (or nothing to do), 1 it cannot be, was not agreed to, or failed, 2 wrong usage.
    """
    from cloudless.summary.summary import as_data

    must_answer(yes=yes)
    given = options_of(options)
    with prepared(stage, config, as_json=as_json) as deployment:
        summary = deployment.plan(given)
        print_plan(deployment, summary)
        if not summary.is_empty:
            agreed(summary, f"Deploy this to {stage}?", stage, yes=yes, losing=losing)
        if deployment.remember():
            commit(stage, "what may run from now on")
        if not summary.is_empty:
            deployment.apply(given)
        outputs = deployment.outputs()
    if as_json:
        values = {name: one.value for name, one in outputs.items() if not one.is_sensitive}
        show.as_json({"stage": stage, "summary": as_data(summary), "outputs": values})
        return
    print_outputs(outputs, deployment.record)
