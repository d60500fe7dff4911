"""Who is where when: volumes, windows of time, and claims that never touch and never wait in a ring."""
