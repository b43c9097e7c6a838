"""What the pipelines remember: inbox, checkpoints, runs, quarantine, outbox. The only SQL of the pipelines."""
