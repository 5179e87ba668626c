"""Columns of short texts to numbers: amounts, instants, codes of ids."""
