"""Welfare's second question: whom does the scheme include by mistake or miss, and what help would reach the missed?"""
