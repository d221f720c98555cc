"""The skills of each domain with grade and prerequisites; the syllabus itself is data (``*.toml``)."""
