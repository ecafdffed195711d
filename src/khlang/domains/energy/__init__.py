"""Energy: where is electricity a burden on the poor, whom does the subsidy miss, and where is the current cut?"""
