"""What random and coverage-guided input has to say: run by hand, what it finds is kept and replayed by pytest."""
