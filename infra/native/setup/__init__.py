"""The steps of set-up, standard library only."""
