"""Pilot 1's second question: whom does the welfare scheme include by mistake or miss, and what would reach the missed?"""
