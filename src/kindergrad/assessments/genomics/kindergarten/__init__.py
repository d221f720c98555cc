"""What every reader of DNA should learn first: letters, words, copies, the other strand."""
