"""Who may see what, for which purpose and until when: requests of projects, their lives, and the rights they give.

Pure but for the book (:mod:`khlang.policy.book`), which keeps what happened to a project.
"""
