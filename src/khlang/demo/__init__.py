"""``khlang demo``: the main job from extracts to an answer, on the real stack, and the report of it.

It plays every part in turn: the authority, four agencies, the pool's keeper, an analyst. So it alone sees both sides
of the wall; no service of the pool imports it.
"""
