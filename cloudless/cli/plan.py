"""`cloudless plan`: what a deployment would change."""

from __future__ import annotations

from cloudless.cli import show
from cloudless.cli.options import AsJson, ConfigFile, DeployedStage, ForTerraform
from cloudless.cli.planned import options_of, prepared, print_plan


def plan(
    stage: DeployedStage, options: ForTerraform = None, config: ConfigFile = None, as_json: AsJson = False
) -> None:
    r"""Say what a deployment would change, and change nothing.

    Builds the stage, and compares it with what is deployed: what is added, changed, replaced or destroyed, what each
    handler may do newly or no longer, and which running executions that touches. Terraform's own plan stands below.

    \b
        cloudless plan prod
        cloudless plan prod --json
        cloudless plan prod -- -refresh=false

    Exit codes: 0 planned (whatever changes), 1 it cannot be built or planned, 2 wrong usage.
    """
    from cloudless.summary.summary import as_data

    given = options_of(options)
    with prepared(stage, config, as_json=as_json) as deployment:
        summary = deployment.plan(given)
        if not as_json:
            print_plan(deployment, summary)
    if as_json:
        show.as_json({"stage": stage, **as_data(summary)})
