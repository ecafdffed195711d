"""``python -m khlang``: the command where no launcher was installed, as in the portable folder."""

from khlang.cli import main

main()
