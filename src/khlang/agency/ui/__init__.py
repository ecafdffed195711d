"""``khlang agency ui``: the monthly work as a page of this machine, for people who do not use terminals."""
