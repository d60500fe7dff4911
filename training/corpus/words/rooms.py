"""Names of places in flats, offices, workshops and hospitals, as people say them.

Knows: names. Does not know: articles and spans (phrases/spots.py).
"""

# Word lists read best on one line each.
# fmt: off

from __future__ import annotations

ROOMS = [
    "kitchen", "office", "living room", "bedroom", "bathroom", "hall", "hallway", "workshop", "garage", "lab",
    "dining room", "guest room", "study", "corridor", "laundry room", "basement", "storage room", "meeting room", "conference room", "lobby",
    "nursery", "library", "pantry", "toilet", "utility room", "entrance hall", "reception", "break room", "canteen", "server room",
    "classroom", "playroom", "gym", "lounge", "attic", "conservatory", "cloakroom", "printer room", "waiting room", "staff room",
    "east wing", "cellar", "sunroom", "foyer", "mail room", "clean room", "tea kitchen", "balcony", "main hall", "kids' room",
    "master bedroom", "back office", "cold store", "warehouse", "ward", "pharmacy", "greenhouse", "music room", "studio", "den",
]
FURNITURE = [
    "table", "desk", "sofa", "fridge", "counter", "kitchen table", "shelf", "bed", "couch", "sink", "dining table", "coffee table", "bookshelf", "wardrobe", "workbench",
    "cupboard", "cabinet", "dishwasher", "stove", "washing machine", "window", "fireplace", "armchair", "side table", "printer", "coffee machine", "TV", "piano", "bench", "tool rack",
    "trash can", "bin", "recycling bin", "bedside table", "dresser", "sideboard", "kitchen counter", "close counter", "far counter", "vending machine", "whiteboard", "water cooler", "drawer", "trash", "storage rack", "pantry shelf",
    "cooking bench", "end table", "island", "bar", "microwave", "oven", "lamp", "plant", "mirror", "conveyor", "packing table", "lathe", "drill press", "assembly table",
]
SPOTS = [
    "dock", "charger", "charging station", "door", "front door", "entrance", "exit", "elevator", "lift", "stairs", "loading bay", "reception desk", "waypoint", "parking spot", "gate",
    "back door", "kitchen door", "office door", "emergency exit", "checkpoint", "pickup point", "drop-off point", "charging dock", "home base", "meeting point", "counter in the kitchen", "assembly point", "ramp", "corner", "east corner",
    "north gate", "drop zone", "inspection point", "fire door", "garden door", "balcony door", "cash desk", "shop window", "coat rack", "info point",
]
#: Said without an article.
NAMED = [
    "room 12", "room five", "Anna's office", "Peter's desk", "lab 3", "dock two", "station B", "bay 4", "Grandma's room", "mum's bedroom",
    "room 204", "point A", "point B", "zone C", "gate 7", "shelf 9", "Sarah's room", "warehouse 2", "waypoint three", "aisle 5",
    "Tom's workbench", "base one", "floor B", "Dr Miller's office", "ward 6", "checkpoint two", "table 4", "desk 17", "alpha", "bench 2",
    "Jamie", "Anna", "Peter", "Robin", "Skyler", "Dr Brown", "mum", "Grandpa",
]
#: Several at once; their article or quantifier is part of what is said before them.
MANY = [
    "rooms", "doors", "bedrooms", "tables", "offices", "windows", "stations", "desks", "labs", "shelves", "waypoints", "exits", "checkpoints", "bathrooms", "wards", "corridors", "benches", "docks", "machines", "bays",
]
