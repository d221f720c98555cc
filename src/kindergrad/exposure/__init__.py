"""What a corpus shows: occurrences of the concepts of a syllabus, and how much more of it shows the rest."""
