"""Thai or English."""

from typing import Literal

Language = Literal["th", "en"]
