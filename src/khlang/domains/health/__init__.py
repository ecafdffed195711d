"""Public health: where do girls become mothers, and which persons with a disability draw no allowance?"""
