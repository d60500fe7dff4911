"""Moving a simulated arm by hand: keys or lines of text become small steps of its tip."""
