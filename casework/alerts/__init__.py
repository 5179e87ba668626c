"""Alert episodes: how weeks change them, what people may do with them, the sentence."""
