"""What calibrates the product and writes pages about it, run by hand: `python -m research.calibrate`.

It reads the product and `bench`; neither reads it. `bench` measures.
"""
