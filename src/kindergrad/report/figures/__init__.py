"""Figures as inline SVG, one file each. matplotlib is imported when a figure is drawn, never before."""
