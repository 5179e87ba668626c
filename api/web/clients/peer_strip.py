"""Where a client stands among its peers, as a small picture: the middle half of them, their median, and the client.

Its words stand beside it on the page, so the picture itself says nothing to a screen reader.
"""

from __future__ import annotations

from markupsafe import Markup

from schemas.http_peers import PeersBody

_WIDTH, _INSET, _LEAST_SPAN = 320, 10, 20.0  # percentage points: less would make noise look like news
_PICTURE = Markup(
    '<svg class="strip" aria-hidden="true" focusable="false" viewBox="0 0 320 34" width="320" height="34">'
    '<line class="axis" x1="10" x2="310" y1="17" y2="17"/>'
    '<line class="zero" x1="{zero}" x2="{zero}" y1="5" y2="29"/>'
    '<rect class="half" x="{lower}" y="11" width="{half}" height="12" rx="2"/>'
    '<line class="median" x1="{median}" x2="{median}" y1="8" y2="26"/><circle cx="{own}" cy="17" r="6"/></svg>'
)


def strip(found: PeersBody) -> Markup:
    """Empty where there is nothing to compare."""
    own, median = found.own_change_pct, found.median_change_pct
    lower, upper = found.lower_quartile_pct, found.upper_quartile_pct
    if own is None or median is None or lower is None or upper is None:
        return Markup()
    least, most = min(own, lower, 0.0), max(own, upper, 0.0)
    span = max(_LEAST_SPAN, most - least)

    def place(value: float) -> int:
        return round(_INSET + (value - least) / span * (_WIDTH - 2 * _INSET))

    return _PICTURE.format(
        zero=place(0.0),
        lower=place(lower),
        half=max(2, place(upper) - place(lower)),
        median=place(median),
        own=place(own),
    )
