"""Exams: plan, sit, run, store. The only place where syllabus, assessments, worlds and engines meet."""
