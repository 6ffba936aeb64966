"""What the branches see (Sec. 4.3, Fig. 7): feature maps and attention of one pair."""
