"""Water: which households stood in repeated floods, and where does the stored water not meet the demand?"""
