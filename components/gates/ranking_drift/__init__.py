"""The ranking drift gate: warns of, or stops a push on, ranking features and scores that have drifted."""
