"""Generalise."""
