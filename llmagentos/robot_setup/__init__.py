"""From a URDF to an arm's folder, and what is to be checked before the arm moves.

Knows: any URDF (tree), where its arms end (hands), what its gripper opens (gripper), shapes for it
(body), postures and reach. Does not know: simulators, drivers, the command line.
"""
