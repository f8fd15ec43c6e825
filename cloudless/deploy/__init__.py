"""The deployment: a project and a stage ──► what a cloud runs, made by Terraform.

    cloudless.lock ──who still runs?──► build ──► build/<stage> ──► init ──► plan ──► Summary
    somebody agrees ──► cloudless.lock ──► apply ──► outputs

    with prepared(project, stage, watch) as deployment:      # built, and nobody else at it on this machine
        summary = deployment.plan(options)
        deployment.words                                     # Terraform's own
        deployment.remember()                                # what may run from now on, whether or not it succeeds
        deployment.apply(options)
        deployment.outputs()

    prepared.py     a stage, built, and Terraform there     deployment.py   plan, apply, remember
    executions.py   what runs in the cloud                  state.py        what was deployed, wherever that is kept
    watch.py        whoever waits

What was deployed last stands in the state, wherever the stage keeps it (`compiler.record`), so that any machine can
say what changes. Which executions run, only the cloud knows.
"""

from __future__ import annotations

from cloudless.deploy.deployment import Deployment
from cloudless.deploy.prepared import prepared
from cloudless.deploy.state import outputs_of
from cloudless.deploy.watch import Watch

__all__ = ["Deployment", "Watch", "outputs_of", "prepared"]
