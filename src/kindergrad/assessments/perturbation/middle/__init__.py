"""Compose two steps."""
