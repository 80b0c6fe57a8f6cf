"""Show me: what garments were sold for, the refunds that wait, and who has a part in them."""
