"""Where items come from: one world a file, a simulator with known truth or a real data set."""
