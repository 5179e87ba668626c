"""Who people are: claims and tokens, passwords, and how accounts and sessions change."""
