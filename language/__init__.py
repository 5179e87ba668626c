"""What Ebbwatch says, in every language it has: the catalogues, and how numbers and amounts are written."""
