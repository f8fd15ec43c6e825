"""What makes the documentation's code run: pages to workspaces, workspaces to verdicts."""
