"""Words for the plan language's concepts: many for each, the commonest two first.

Knows: English synonyms (British and American). Does not know: grammar or templates.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from functools import lru_cache

COLOR_WORDS: dict[str, list[str]] = {
    "red": ["red", "crimson", "scarlet", "ruby", "cherry red", "blood red", "bright red", "reddish",
            "dark red", "brick red", "vermilion", "cardinal", "fire engine red", "ruby red", "rouge",
            "maroon", "burgundy", "carmine", "tomato red", "cherry", "light red", "fiery red",
            "deep red", "wine red", "rose red", "rusty red"],
    "orange": ["orange", "tangerine", "pumpkin", "carrot", "amber orange", "dark orange",
               "bright orange", "orangish", "apricot", "coral orange", "burnt orange", "light orange",
               "persimmon", "orangey", "clementine", "mandarin", "papaya"],
    "yellow": ["yellow", "lemon", "canary yellow", "bright yellow", "yellowish", "mustard",
               "sunny yellow", "light yellow", "lemon yellow", "banana yellow", "pale yellow",
               "daffodil", "sunflower yellow", "canary", "butter yellow", "dandelion", "custard"],
    "green": ["green", "lime", "emerald", "olive", "dark green", "light green", "forest green",
              "grass green", "greenish", "lime green", "mint", "jade", "bright green", "moss green",
              "pea green", "sage green", "pine green", "kelly green", "apple green", "avocado",
              "chartreuse", "hunter green", "leaf green", "shamrock green", "bottle green"],
    "cyan": ["cyan", "turquoise", "aqua", "teal", "aquamarine", "cyan blue", "greenish blue",
             "blue green", "robin egg blue", "bluish green", "sea green blue", "bright cyan"],
    "blue": ["blue", "navy", "azure", "sky blue", "dark blue", "light blue", "royal blue", "cobalt",
             "sapphire", "bluish", "navy blue", "baby blue", "indigo", "ultramarine", "cornflower",
             "bright blue", "denim blue", "midnight blue", "ocean blue", "steel blue", "cerulean",
             "powder blue", "pale blue", "electric blue", "ink blue", "deep blue"],
    "purple": ["purple", "violet", "lavender", "plum", "lilac", "mauve", "grape", "purplish",
               "dark purple", "light purple", "eggplant", "amethyst", "aubergine", "orchid purple",
               "royal purple", "heliotrope", "periwinkle", "mulberry", "deep purple"],
    "pink": ["pink", "rose", "magenta", "fuchsia", "hot pink", "salmon pink", "light pink",
             "bubblegum", "pinkish", "bright pink", "flamingo pink", "rose pink", "blush",
             "candy pink", "pale pink", "dark pink", "shocking pink", "baby pink"],
    "brown": ["brown", "chocolate", "coffee brown", "dark brown", "chestnut", "brownish", "mahogany",
              "light brown", "walnut brown", "mocha", "sienna", "umber", "cocoa", "caramel brown",
              "chocolate brown", "russet", "auburn", "hazel"],
    "tan": ["tan", "beige", "sand", "khaki", "sandy", "buff", "fawn", "ecru", "camel", "taupe",
            "sand coloured", "oatmeal", "biscuit", "tan coloured", "wheat", "light tan"],
    "gray": ["gray", "grey", "silver", "ash grey", "charcoal", "light gray", "slate", "greyish",
             "dark gray", "grayish", "slate grey", "light grey", "dark grey", "smoke grey",
             "silvery", "ash", "pewter", "gunmetal"],
    "white": ["white", "ivory", "snow white", "cream", "off white", "whitish", "pearl",
              "milky white", "pure white", "bright white", "alabaster", "chalk white", "eggshell"],
    "black": ["black", "jet black", "ebony", "pitch black", "blackish", "onyx", "coal black",
              "midnight black", "inky black", "raven black", "obsidian"],
    "gold": ["gold", "golden", "gilded", "gold coloured", "shiny gold", "gold toned", "gold plated"],
}

#: Things whose colour everybody knows, for "the colour of a lemon", "grass-coloured".
COLOR_THINGS: dict[str, list[str]] = {
    "red": ["a tomato", "blood", "a fire engine", "a ripe strawberry", "a cherry", "a stop sign",
            "a ruby", "a rose", "ketchup", "a ladybird", "lipstick", "a cranberry", "a raspberry",
            "a chili pepper", "santa's coat", "a lobster", "a postbox", "a radish", "a brick wall"],
    "orange": ["a carrot", "a pumpkin", "an orange", "a tangerine", "a traffic cone", "a basketball",
               "an apricot", "a goldfish", "a clementine", "a clownfish", "a mandarin", "a papaya",
               "a sweet potato", "autumn leaves", "a life jacket"],
    "yellow": ["a lemon", "a banana", "the sun", "a canary", "a sunflower", "butter", "corn",
               "a school bus", "mustard", "a daffodil", "a baby chick", "cheese", "custard",
               "a buttercup", "an egg yolk", "a pineapple", "a dandelion", "a new york taxi"],
    "green": ["grass", "a leaf", "a frog", "a lime", "spinach", "a cucumber", "broccoli", "a pea",
              "an emerald", "moss", "a cactus", "lettuce", "an avocado", "a crocodile", "a pickle",
              "a pine tree", "a meadow", "a kiwi", "a lawn", "basil", "a clover", "celery"],
    "cyan": ["turquoise stone", "a tropical lagoon", "a swimming pool", "a robin's egg",
             "shallow sea water"],
    "blue": ["the sky", "the ocean", "a blueberry", "the sea", "a sapphire", "jeans", "a whale",
             "a smurf", "a bluebird", "denim", "a clear sky", "deep water", "a cornflower"],
    "purple": ["a plum", "a grape", "an eggplant", "lavender", "an amethyst", "an aubergine",
               "a violet", "a lilac", "a beet", "grape juice", "red cabbage", "wisteria"],
    "pink": ["a flamingo", "bubblegum", "a pig", "cotton candy", "a peony", "a cherry blossom",
             "candy floss", "a piglet", "grapefruit flesh", "salmon", "strawberry milk"],
    "brown": ["chocolate", "coffee", "a tree trunk", "a bear", "soil", "a chestnut", "a walnut",
              "mud", "a potato", "a coconut", "cinnamon", "an acorn", "gingerbread", "cocoa",
              "a bar of chocolate", "dirt", "bark"],
    "tan": ["sand", "a beach", "the desert", "a camel", "wheat", "cardboard", "a biscuit",
            "a manila envelope", "a lion", "oats"],
    "gray": ["an elephant", "ash", "a mouse", "concrete", "a stone", "a rain cloud", "steel",
             "a dolphin", "a rhino", "a pebble", "cement", "a storm cloud", "asphalt"],
    "white": ["snow", "milk", "a polar bear", "a swan", "a cloud", "salt", "paper", "a snowman",
              "chalk", "sugar", "an egg shell", "a bride's dress", "cotton", "flour"],
    "black": ["coal", "the night", "a raven", "soot", "a panther", "tar", "ink", "the night sky",
              "a crow", "liquorice", "a bowling ball", "charcoal", "a black hole"],
    "gold": ["a gold medal", "treasure", "a wedding ring", "a trophy", "a gold bar", "a gold coin"],
}

KIND_WORDS: dict[str, list[str]] = {
    "object": ["object", "thing", "item", "piece", "thingy", "article", "element", "thingamajig"],
    "container": ["container", "receptacle", "vessel", "holder"],
    "toy": ["toy", "plaything", "play thing"],
    "dish": ["dish", "piece of crockery", "piece of tableware"],
    "block": ["block", "cube", "brick", "building block", "toy block", "square block", "cubic block",
              "square object", "little cube", "cuboid", "square thing", "blocky thing", "dice"],
    "bowl": ["bowl", "basin", "round bowl", "soup bowl", "cereal bowl", "salad bowl", "mixing bowl",
             "round container", "fruit bowl", "punch bowl", "deep dish"],
    "plate": ["plate", "saucer", "dinner plate", "platter", "flat dish", "side plate", "round plate",
              "dinner dish"],
    "cup": ["cup", "tumbler", "teacup", "beaker", "goblet", "coffee cup", "drinking cup", "chalice",
            "paper cup", "drinking glass"],
    "mug": ["mug", "coffee mug", "tea mug", "beer mug", "stein"],
    "can": ["can", "tin", "soda can", "tin can", "canister", "pop can", "drink can", "coke can",
            "soup can", "cylinder", "cylindrical object", "beer can", "soda tin", "food tin", "aluminium can", "aluminum can"],
    "ball": ["ball", "sphere", "orb", "globe", "round ball", "spherical object", "bouncy ball",
             "tennis ball", "ping pong ball", "rubber ball", "round thing", "marble"],
    "box": ["box", "crate", "bin", "open box", "carton", "basket", "storage box", "chest",
            "cardboard box", "tub", "case", "wooden box", "storage bin", "packing box"],
    "tray": ["tray", "serving tray", "salver", "flat tray", "pallet", "shallow tray", "tea tray"],
    "zone": ["zone", "area", "square", "mat", "patch", "pad", "target zone", "square area", "region",
             "landing pad", "tile", "target", "marked area", "place mat", "target area", "sheet",
             "colored area", "coaster", "floor mat"],
    "stack": ["stack", "tower", "pile", "stack of blocks", "tower of blocks", "heap"],
    "duck": ["duck", "rubber duck", "ducky", "duckling", "rubber ducky", "toy duck", "bath duck"],
    "teddy": ["teddy", "teddy bear", "stuffed bear", "plush bear", "toy bear", "cuddly bear"],
    "lego": ["lego", "lego brick", "lego piece", "lego block"],
    "jenga": ["jenga block", "jenga piece", "jenga brick"],
    "domino": ["domino", "domino tile", "domino piece", "domino stone"],
    "soccerball": ["soccer ball", "football", "soccerball"],
}

SIZE_WORDS = {
    "small": ["small", "little", "tiny", "mini", "smallish", "petite", "wee", "teeny", "miniature",
              "compact", "small sized", "itty bitty", "small-sized", "puny"],
    "medium": ["medium", "medium-sized", "mid-sized", "middle-sized", "medium sized", "average-sized",
               "normal-sized", "regular-sized", "intermediate"],
    "large": ["big", "large", "huge", "giant", "massive", "enormous", "biggish", "large-sized",
              "great big", "oversized", "bulky", "hefty", "gigantic", "jumbo", "sizable"],
}

MATERIAL_WORDS = {
    "wood": ["wooden", "wood", "timber", "oak", "pine"],
    "metal": ["metal", "metallic", "steel", "iron", "aluminium", "brass"],
    "plastic": ["plastic", "acrylic", "pvc"],
    "glass": ["glass", "crystal"],
    "rubber": ["rubber", "rubbery", "latex"],
    "ceramic": ["ceramic", "porcelain", "china", "clay", "earthenware"],
    "paper": ["paper", "cardboard", "papery"],
    "cloth": ["cloth", "fabric", "felt", "textile", "cotton"],
    "foam": ["foam", "styrofoam", "spongy"],
}

#: Adjectives that say nothing a camera could use.
EMPTY_ADJECTIVES = ["nice", "lovely", "shiny", "pretty", "cute", "old", "new", "beautiful", "plain",
                    "single", "lonely", "boring", "simple", "funny", "silly", "smooth", "ordinary"]

ORDER_WORDS: dict[str, list[str]] = {
    "left": ["leftmost", "left-most", "left most", "furthest left", "farthest left"],
    "right": ["rightmost", "right-most", "right most", "furthest right", "farthest right"],
    "back": ["backmost", "topmost", "top-most", "rearmost", "uppermost", "top most", "hindmost"],
    "front": ["frontmost", "front-most", "bottommost", "bottom-most", "foremost", "lowermost",
              "bottom most", "front most"],
    "middle": ["middle", "center", "centre", "central", "middlemost"],
    "largest": ["largest", "biggest", "greatest", "bulkiest", "widest", "hugest"],
    "smallest": ["smallest", "tiniest", "littlest", "most compact", "teeniest", "minutest"],
    "tallest": ["tallest", "highest", "loftiest", "most high"],
    "shortest": ["shortest", "lowest", "flattest", "least tall"],
    "darkest": ["darkest", "darkest-coloured", "darkest colored", "most dark"],
    "lightest": ["lightest", "palest", "brightest", "lightest-coloured", "lightest colored"],
    "fullest": ["fullest", "most full", "most crowded"],
    "emptiest": ["emptiest", "least full", "most empty"],
}
NEAR = ["closest to", "nearest to", "nearest", "closest from", "most near to", "that is closest to",
        "that is nearest to", "which is nearest to", "lying closest to", "sitting nearest to"]
FAR = ["farthest from", "furthest from", "most distant from", "that is farthest from",
       "that is furthest away from", "farthest away from", "farthest to", "furthest away from",
       "most far from", "which is the furthest from"]

REGION_WORDS: dict[str, list[str]] = {
    "left": ["left side", "left edge", "left-hand side", "left hand side", "left", "left end",
             "far left", "left border", "left part", "left half", "center left", "middle left",
             "left center", "middle of the left side"],
    "right": ["right side", "right edge", "right-hand side", "right hand side", "right",
              "right end", "far right", "right border", "right part", "right half", "center right",
              "middle right", "right center", "middle of the right side"],
    "back": ["top side", "back side", "back", "far side", "top", "back edge", "top edge", "far end",
             "rear", "upper side", "upper edge", "upper part", "far edge", "back part", "top half",
             "upper half", "rear edge", "top center", "top middle", "upper middle", "center of the top"],
    "front": ["bottom side", "front side", "front", "near side", "bottom", "front edge",
              "bottom edge", "near end", "lower side", "lower edge", "lower part", "near edge",
              "front part", "bottom half", "lower half", "side closest to you", "bottom center", "bottom middle", "lower middle",
              "middle of the bottom"],
    "middle": ["middle", "center", "centre", "very middle", "centre point", "middle part",
               "exact center", "midpoint", "heart", "central area"],
}
CORNER_WORDS: dict[str, list[str]] = {
    "back_left": ["top left", "back left", "upper left", "far left", "top-left", "left top",
                  "rear left", "upper-left", "left back", "back-left", "northwest", "left upper"],
    "back_right": ["top right", "back right", "upper right", "far right", "top-right", "right top",
                   "rear right", "upper-right", "right back", "back-right", "northeast"],
    "front_left": ["bottom left", "front left", "lower left", "near left", "bottom-left",
                   "left bottom", "lower-left", "left front", "front-left", "southwest"],
    "front_right": ["bottom right", "front right", "lower right", "near right", "bottom-right",
                    "right bottom", "lower-right", "right front", "front-right", "southeast"],
}

REL_WORDS: dict[str, list[str]] = {
    "on": ["on", "on top of", "onto", "atop", "upon", "on to", "over the top of", "up on", "over"],
    "in": ["in", "into", "inside", "within", "inside of", "in the inside of", "down in"],
    "under": ["under", "underneath", "beneath"],
    "left_of": ["left of", "to the left of", "on the left of", "on the left side of", "leftwards of",
                "to the left side of", "at the left of", "on the left-hand side of",
                "on the left hand side of", "just left of", "to the left hand side of",
                "immediately left of", "directly left of", "west of"],
    "right_of": ["right of", "to the right of", "on the right of", "on the right side of",
                 "to the right side of", "at the right of", "on the right-hand side of",
                 "on the right hand side of", "just right of", "rightwards of",
                 "immediately to the right of", "directly right of", "east of"],
    "in_front_of": ["in front of", "before", "to the front of", "below", "to the bottom of",
                    "at the front of", "on the near side of", "on the bottom side of",
                    "on the front side of", "just in front of", "this side of",
                    "to the bottom side of", "directly in front of", "to the front side of",
                    "south of"],
    "behind": ["behind", "in back of", "to the back of", "above", "to the top of", "beyond",
               "on the far side of", "at the back of", "on the top side of", "on the back side of",
               "at the rear of", "just behind", "to the rear of", "on the other side of",
               "to the top side of", "past", "north of"],
    "front_left_of": ["diagonally down and to the left of", "diagonally down and left of", "down and to the left of", "down and left of", "down and left diagonally from",
                     "in front and to the left of", "to the bottom left of", "to the front left of",
                      "diagonally in front and left of", "below and to the left of",
                      "to the lower left of", "at the bottom left of", "on the bottom left side of",
                      "to the bottom left side of"],
    "front_right_of": ["diagonally down and to the right of", "diagonally down and right of", "down and to the right of", "down and right of", "down and right diagonally from",
                     "in front and to the right of", "to the bottom right of",
                       "to the front right of", "diagonally in front and right of",
                       "below and to the right of", "to the lower right of",
                       "at the bottom right of", "to the bottom right side of"],
    "back_left_of": ["diagonally up and to the left of", "diagonally up and left of", "up and to the left of", "up and left of", "up and left diagonally from",
                     "behind and to the left of", "to the top left of", "to the back left of",
                     "diagonally behind and left of", "above and to the left of",
                     "to the upper left of", "at the top left of", "on the top left side of",
                     "to the top left side of"],
    "back_right_of": ["diagonally up and to the right of", "diagonally up and right of", "up and to the right of", "up and right of", "up and right diagonally from",
                     "behind and to the right of", "to the top right of", "to the back right of",
                      "diagonally behind and right of", "above and to the right of",
                      "to the upper right of", "at the top right of", "to the top right side of"],
    "next_to": ["next to", "beside", "near", "close to", "by", "alongside", "adjacent to",
                "at the side of", "near to", "in the vicinity of", "right by", "nearby", "right next to",
                "close by", "around the side of", "along with", "in the neighbourhood of",
                "right beside", "just next to", "up against"],
    "far_from": ["far from", "far away from", "a long way from", "well away from", "distant from",
                 "nowhere near", "a good distance from"],
}

DIRECTION_WORDS: dict[str, list[str]] = {
    "left": ["left", "to the left", "leftwards", "leftward", "towards the left", "toward the left",
             "to your left", "over to the left", "to my left", "west", "sideways to the left"],
    "right": ["right", "to the right", "rightwards", "rightward", "towards the right",
              "toward the right", "to your right", "over to the right", "to my right", "east"],
    "forward": ["forward", "forwards", "ahead", "away from you", "up", "upwards", "further back",
                "away from the robot", "farther away", "towards the back", "toward the top",
                "north", "further away from me", "straight ahead", "away from me"],
    "backward": ["backward", "backwards", "towards you", "toward yourself", "down", "downwards",
                 "closer to you", "towards me", "nearer to the robot", "back towards you",
                 "towards the front", "toward the bottom", "south", "closer to the robot",
                 "towards your base", "closer to me"],
    "forward_left": ["up and left", "forward and to the left", "diagonally up and left",
                     "up and to the left", "upwards and to the left diagonally", "forward left",
                     "up left", "to the upper left diagonally", "diagonally forward and left"],
    "forward_right": ["up and right", "forward and to the right", "diagonally up and right",
                      "up and to the right", "upwards and to the right diagonally",
                      "forward right", "up right", "diagonally forward and right"],
    "backward_left": ["down and left", "backward and to the left", "diagonally down and left",
                      "down and to the left", "downwards and to the left diagonally", "down left",
                      "backwards and left", "diagonally back and left"],
    "backward_right": ["down and right", "backward and to the right", "diagonally down and right",
                       "down and to the right", "downwards and to the right diagonally",
                       "down right", "backwards and right", "diagonally back and right"],
}

PUT_VERBS = ["put", "place", "set", "move", "drop", "lay", "bring", "position", "deposit", "stick",
             "relocate", "transfer", "shift", "take", "get", "carry", "rest", "park", "stash",
             "store", "pop", "plonk", "leave", "locate", "plop", "dump", "stow", "situate", "tuck",
             "transport", "send", "slot", "insert", "load", "pack", "chuck", "lift", "return",
             "deliver", "hand over", "toss gently", "gently place", "carefully put", "stuff"]
#: Verbs that only go with putting *into* or onto something.
IN_VERBS = {"insert", "load", "pack", "stuff", "stow", "stash", "store", "slot", "tuck", "chuck",
            "dump", "pop", "toss gently", "deliver", "hand over", "return", "deposit", "plop"}
GRAB_VERBS = ["pick up", "take", "grab", "grasp", "lift", "get", "lift up", "fetch", "grip", "raise",
              "get hold of", "seize", "pick", "collect", "hold", "clutch", "scoop up", "snatch",
              "retrieve", "catch hold of", "take hold of", "hoist", "elevate", "snag", "nab", "pluck"]
PUSH_VERBS = ["push", "slide", "shove", "nudge", "drag", "scoot", "sweep", "scooch", "slip", "pull",
              "glide", "brush", "bump", "prod", "poke", "roll", "bulldoze", "move by pushing"]
SET_DOWN = ["put", "place", "set", "drop", "lay", "position", "leave", "deposit", "release",
            "set down", "put down", "stick", "rest", "move", "bring", "carry", "plonk"]

NUMBER_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
                "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
                "seventeen", "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth",
            "ninth", "tenth"]

UNIT_WORDS = {
    "cm": ["cm", "centimeters", "centimetres", "centimeter", "centimetre", "cms", "centi meters"],
    "mm": ["mm", "millimeters", "millimetres", "millimeter", "millimetre", "mms"],
    "m": ["m", "meters", "metres", "meter", "metre"],
    "in": ["inches", "inch", "in."],
}


def number_words(n: int) -> str:
    """0 to 99 in words."""
    if n < 20:
        return NUMBER_WORDS[n]
    tens, ones = divmod(n, 10)
    if n >= 100:
        rest = f" and {number_words(n % 100)}" if n % 100 else ""
        return f"{NUMBER_WORDS[n // 100]} hundred{rest}"
    return TENS[tens] + (f"-{NUMBER_WORDS[ones]}" if ones else "")


def ordinal(n: int, digits: bool = False) -> str:
    if digits:
        return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }"
    return ORDINALS[n]


_IRREGULAR = {
    "thing": "things", "box": "boxes", "dish": "dishes", "piece of crockery": "pieces of crockery",
    "piece of tableware": "pieces of tableware", "stack of blocks": "stacks of blocks",
    "tower of blocks": "towers of blocks", "lego": "legos", "dice": "dice", "mouse": "mice",
    "knife": "knives", "leaf": "leaves", "man": "men", "child": "children", "sheep": "sheep",
    "fish": "fish", "scissors": "scissors", "goose": "geese", "loaf": "loaves", "shelf": "shelves",
    "tooth": "teeth", "foot": "feet", "person": "people", "glasses": "glasses",
}


@lru_cache(maxsize=4096)
def plural(noun: str) -> str:
    """The plural of a noun or noun phrase."""
    if noun in _IRREGULAR:
        return _IRREGULAR[noun]
    head, _, last = noun.rpartition(" ")
    if head and last in _IRREGULAR:
        return f"{head} {_IRREGULAR[last]}"
    if noun.endswith(("s", "x", "ch", "sh", "z")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def article(phrase: str) -> str:
    """ "a" or "an" before a phrase."""
    return "an" if phrase[:1].lower() in "aeiou" else "a"
