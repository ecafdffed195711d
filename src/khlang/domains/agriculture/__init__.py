"""Agriculture: who is in debt after a failed crop, and which amphoe grow what the market does not take?"""
