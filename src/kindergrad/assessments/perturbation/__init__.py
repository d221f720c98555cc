"""Exams on responses to perturbations, by grade."""
