"""Interaction and inversion."""
