"""The pool's door: the gateway that takes submissions, and land, which verifies, opens, accepts or refuses them."""
