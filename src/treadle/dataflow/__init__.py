"""Plan: which names each chunk binds, uses and may change; which chunks must run, and why."""
