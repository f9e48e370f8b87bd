"""Work on pushed versions: judging, recommending, backtests, going back."""
