"""One column as it is proposed."""

from dataclasses import dataclass, replace

ENOUGH = 0.9  # of the filled values that fit: the rest are an office's slips
IDENTIFIED = 0.5  # of values with a true check digit: a random number has one in eleven


@dataclass(frozen=True)
class Guess:
    """One column as it is proposed.

    ``name`` is empty where a person has to find one; ``known``: a field of the dictionary; ``carried``: False for what
    is proposed to stay at the agency; ``why``: the reasons; ``decide``: what a person has to say.
    """

    header: str
    name: str
    type: str
    standard: str
    personal: str
    known: bool = False
    carried: bool = True
    identifier: str | None = None
    codes: str | None = None
    generalise: str | None = None
    required: bool = False
    free_text: str | None = None
    why: tuple[str, ...] = ()
    decide: tuple[str, ...] = ()

    def because(self, *why: str) -> "Guess":
        """The same with further reasons."""
        return replace(self, why=(*self.why, *why))

    def asked(self, *decide: str) -> "Guess":
        """The same with further things to decide."""
        return replace(self, decide=(*self.decide, *decide))
