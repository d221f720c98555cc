"""Rare things, three at once, and what to ask next."""
