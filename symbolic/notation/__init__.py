"""Reading mathematics: LaTeX to syntax trees with source spans (what was written), then to SymPy (what it means)."""
