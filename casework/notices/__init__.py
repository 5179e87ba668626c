"""Telling people: what, whom, where and when. See docs/decisions/0019-follow-up-and-notices.md."""
