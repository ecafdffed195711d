"""Projects as their keepers run them: the commands, and what activation, expiry and destruction do to the stack."""
