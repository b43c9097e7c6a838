"""A whole site in processes of its own, two simulated ERPs, ways to disturb them, and a judge who looks from outside."""
