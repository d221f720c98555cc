"""Assessments of arithmetic, by grade."""
