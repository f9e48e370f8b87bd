"""Work on pushed versions: evaluation, recommendation, backtests and rollback."""
