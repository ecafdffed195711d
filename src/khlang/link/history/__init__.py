"""Monthly snapshots → facts with the months they hold in and the time they became known."""
