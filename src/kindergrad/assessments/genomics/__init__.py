"""Exams on DNA, by grade."""
