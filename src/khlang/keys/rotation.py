"""A new source epoch: its own random key, and an end for the one before it.

Scheduled: both are taken until the old one's last day, and bridges keep the links. After a compromise the old one
ends the day before, at once.
"""

import re
import secrets
from dataclasses import replace
from datetime import date, timedelta

from khlang import private
from khlang.errors import UsageError
from khlang.keys import authority as authority_
from khlang.keys.authority import PROFILES, Authority, Epoch

OVERLAP_DAYS = 62  # two deliveries of a monthly extract


def rotate(
    authority: Authority,
    *,
    starts: date,
    last_day: date | None = None,
    compromised: bool = False,
    profile: str | None = None,
    name: str | None = None,
) -> Authority:
    """Begin the next source epoch; repeated after it was cut off, it goes on with the key it had made.

    Args:
        authority: At its current epoch.
        starts: First day on which the new epoch is taken.
        last_day: Of the old epoch; 62 days after the start by default, the day before it after a compromise.
        compromised: The old key is known, or may be known, to somebody who must not know it.
        profile: ``hmac-v1`` or ``voprf-v1``; as before by default.
        name: Of the new epoch; the next number by default.

    Returns:
        The authority at the new epoch.

    Raises:
        UsageError: The name is taken or not of its form, the profile is not known, or the dates contradict.
    """
    old = authority.dates()
    fresh = name or following(authority.epoch)
    if not re.fullmatch(r"[a-z0-9]{1,16}", fresh) or fresh == authority.epoch:
        raise UsageError(f"{fresh} cannot be the next epoch's name.", "Letters a-z and digits, at most 16, and new.")
    chosen = profile or old.profile
    if chosen not in PROFILES:
        raise UsageError(f"There is no profile {chosen}.", f"Use one of: {', '.join(PROFILES)}.")
    end = starts - timedelta(days=1) if compromised else last_day or starts + timedelta(days=OVERLAP_DAYS)
    if end < starts - timedelta(days=1):
        raise UsageError("Between the two epochs nobody could send.", "Let the old one end no sooner than that.")
    key = authority.folder / "epochs" / f"{fresh}.key"
    if not key.exists():
        private.write(key, secrets.token_hex(32) + "\n")
    begun = Epoch(fresh, chosen, starts=starts.isoformat(), previous=old.name)
    authority_.write_epoch(authority.folder, begun)
    for one in authority.epochs():
        # After a leak nothing older is taken either: an overlap with the epoch before would keep that one alive.
        last = min(filter(None, (one.ends, end.isoformat())))
        if one.name == old.name or (compromised and one.name != fresh and one.ends != last):
            leaked = one.compromised or (compromised and one.name == old.name)
            authority_.write_epoch(authority.folder, replace(one, ends=last, compromised=leaked))
    kind = "simulation" if authority.simulation else "real"
    private.write(authority.folder / "profile", f"{fresh} {kind}\n")
    return authority_.open_(authority.folder)


def following(epoch: str) -> str:
    """The name after ``e01`` is ``e02``.

    Raises:
        UsageError: The name does not end in a number.
    """
    match = re.fullmatch(r"([a-z]*)([0-9]+)", epoch)
    if match is None:
        raise UsageError(f"What follows the epoch {epoch} is not known.", "Give --epoch.")
    return f"{match[1]}{int(match[2]) + 1:0{len(match[2])}d}"
