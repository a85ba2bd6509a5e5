"""Attempts to make PoseCoach lose, leak or break; each gives rows of docs/RELIABILITY.md."""
