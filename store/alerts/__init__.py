"""Alert episodes: kept, found, explained, and made again."""
