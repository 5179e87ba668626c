"""What is read: words, numbers, refusals, in the language of who looks."""
