"""Release: output control. What is printed or plotted of a mart passes through here; ledger and votes come later."""
