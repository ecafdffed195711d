"""Waste: how much is collected, which regions lie far from a sanitary landfill, and which sites are soon full?"""
