"""The commands of ``python -m posecore``, one module a group.

What a command needs is imported inside it, so that ``--help`` comes at once.
"""
