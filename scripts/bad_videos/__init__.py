"""Makers of damaged, odd and lying videos, one module a kind; see make_bad_videos.py."""
