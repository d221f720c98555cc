"""kindergrad: graded exams for bio-ML engines, and calibrated belief in what they will learn."""

__version__ = "0.1.0"
