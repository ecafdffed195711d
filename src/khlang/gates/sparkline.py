"""A small picture of a series, as SVG text within a page: the line, the expected band behind it, the last month."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 240.0, 44.0, 5.0
Bounds = tuple[float, float] | None


@dataclass(frozen=True)
class Point:
    """One month: its figure as it is shown, and the band that was expected of it."""

    period: str
    value: float
    text: str
    band: Bounds = None

    @property
    def is_within(self) -> bool:
        """Whether the figure lies in its band; without one it does."""
        return self.band is None or self.band[0] <= self.value <= self.band[1]


def svg(points: Sequence[Point], title: str) -> str:
    """The picture; ``title`` is what it is called to those who do not see it, and must bear no markup.

    A band reaches from month to month; a figure outside of its band is a red dot. One month alone is a dot.
    """
    bounds = [bound for point in points for bound in (point.band or ())]
    values = [*(point.value for point in points), *bounds]
    least, most = min(values), max(values)
    apart = (most - least) or 1.0

    def x(place: int) -> float:
        return EDGE + place * (WIDTH - 2 * EDGE) / max(1, len(points) - 1)

    def y(value: float) -> float:
        middle = 0.5 if most == least else (most - value) / apart
        return EDGE + middle * (HEIGHT - 2 * EDGE)

    banded = [(x(place), y(point.band[0]), y(point.band[1])) for place, point in enumerate(points) if point.band]
    parts = []
    if banded:
        edge = [f"{at:.1f},{top:.1f}" for at, _, top in banded]
        edge += [f"{at:.1f},{bottom:.1f}" for at, bottom, _ in reversed(banded)]
        parts.append(f'<polygon points="{" ".join(edge)}" fill="#e4edf5"/>')
    line = " ".join(f"{x(place):.1f},{y(point.value):.1f}" for place, point in enumerate(points))
    parts.append(f'<polyline points="{line}" fill="none" stroke="#1f5a8a" stroke-width="1.6"/>')
    for place, point in enumerate(points):
        last, colour = place == len(points) - 1, "#1f5a8a" if point.is_within else "#b4432f"
        size = 3.2 if last or not point.is_within else 1.8
        parts.append(
            f'<circle cx="{x(place):.1f}" cy="{y(point.value):.1f}" r="{size}" fill="{colour}">'
            f"<title>{point.period}: {point.text}</title></circle>"
        )
    return (
        f'<svg role="img" aria-label="{title}" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" width="{WIDTH:g}" '
        f'height="{HEIGHT:g}">{"".join(parts)}</svg>'
    )
