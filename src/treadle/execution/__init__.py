"""Running chunks: tasks go to a worker process, results come back."""
