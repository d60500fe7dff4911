"""What tests are built from; none of it is a test.

scenes.py    things, two small tables
notation.py  descriptions, conditions and questions from the compact notation
session.py   a plan carried out on a table in memory
arms.py      the arms that tests run with
workbench.py physical skills in PyBullet, seen by a perfect eye
gripper.py   a scripted gripper in PyBullet, without our motion planning
tensorrt.py  TensorRT's API and a device in host memory

What needs ROS is in tests/ros.
"""
