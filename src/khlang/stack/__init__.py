"""The stack as a thing: real servers under one supervisor, started, watched and stopped together.

``services`` is the registry; everything else (supervisor's file, probes, ``khlang stack status``) is read off it.
"""
