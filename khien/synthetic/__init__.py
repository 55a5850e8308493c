"""Synthetic people and lists for the demo, the rehearsal and the bench: nobody real, numbers that cannot be real."""
