"""What is refused, what the arm cannot do, and harmless sentences like them."""
