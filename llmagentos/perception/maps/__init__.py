"""From a picture to metric maps: geometry, colours, outlines, the robot's body."""
