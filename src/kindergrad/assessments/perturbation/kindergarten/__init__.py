"""Perceive a perturbation."""
