"""What is measured, and against whom; each module writes its own section of RESULTS.md."""
