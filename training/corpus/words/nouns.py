"""Nouns that are none of the plan language's kinds, and names people give.

Knows: everyday words, by what they are. Does not know: how they are used.
"""

# Templates and word lists read best on one line each.
# fmt: off

HOUSEHOLD = """apple banana pear lemon peach plum orange strawberry grape mango coconut pineapple
watermelon avocado carrot tomato potato onion pepper cucumber lettuce pumpkin mushroom egg sandwich
hamburger pizza cookie cake donut bagel croissant pretzel chocolate cheese bread butter yogurt juice
milk cereal pasta rice soup candle spoon fork knife spatula ladle whisk pan pot kettle teapot jug
pitcher bottle jar flask thermos sponge towel napkin tissue soap shampoo toothbrush comb hairbrush
razor mirror pillow blanket sock shoe glove hat scarf shirt jacket belt wallet purse backpack
umbrella key keychain coin phone smartphone laptop tablet keyboard mouse charger cable battery
remote camera headphones speaker television lamp lightbulb flashlight clock watch book notebook
magazine newspaper envelope letter pencil pen marker crayon eraser ruler stapler tape glue scissors
paperclip folder calculator hammer screwdriver wrench pliers drill saw screw nail bolt nut washer
bucket broom mop brush vase flower plant cactus rose tulip leaf stick stone rock pebble shell feather
giraffe elephant lion tiger zebra horse cow sheep goat rabbit mouse hamster cat dog puppy kitten
bird parrot penguin owl fish shark whale dolphin turtle frog snake lizard spider butterfly bee
dinosaur dragon unicorn robot doll puppet car truck bus train airplane helicopter boat rocket bicycle
motorcycle tractor puzzle kite drum guitar piano violin trumpet whistle bell dumbbell racket bat
helmet skateboard cone pyramid triangle hexagon pentagon star moon heart cross ring tube rod
disc disk wheel gear spring cork bead button ribbon string rope chain wire magnet lens compass
pineapple apricot cherry walnut almond peanut muffin waffle pancake burrito taco sushi noodle
chair table desk sofa shelf drawer cupboard cabinet fridge oven microwave toaster stove sink door
window curtain carpet bed wardrobe safe bathtub toilet shower faucet blender mixer dishwasher
trophy medal crown sword shield wand statue lantern teapot basketball baseball dart frisbee card
passport ticket stamp sticker photo painting map globe telescope microscope syringe pill bandage
thermometer stethoscope credit card soap bar water bottle cereal box milk carton coffee machine""".split()
HOUSEHOLD_PHRASES = [
    "water bottle", "credit card", "cell phone", "toy car", "toy train", "candy bar", "milk carton",
    "coffee machine", "garbage can", "trash can", "remote control", "baseball bat", "wine bottle",
    "potted plant", "house plant", "tennis racket", "picture frame", "alarm clock", "pepper shaker",
    "salt shaker", "paper towel", "toilet paper", "tissue box", "dish sponge", "soap bottle",
    "spray bottle", "watering can", "desk lamp", "floor lamp", "bread loaf", "power drill",
    "ketchup bottle", "mustard bottle", "sugar packet", "cracker box", "chips bag", "soup ladle",
    "chopping board", "cutting board", "coffee pot", "frying pan", "stuffed animal", "action figure",
    "rubiks cube", "playing card", "chess piece", "paint brush", "light bulb", "door handle",
]
NONSENSE = """blicket dax wug zorp flurb gazzer toma kiki bouba fep blorp quib snark glorp zib tulver
wif nurp plonket drim vasp yim""".split()
PEOPLE_NAMES = """Bob Alice Charlie Max Lucy Sam Emma Oscar Ruby Leo Mia Tom Anna Jack Ella Frodo Gandalf
Rex Fluffy Buddy Sparky George Betty Harold Wilson Pixel Zelda Mario Luna Milo Daisy Coco R2D2
Pikachu Picasso Mozart Napoleon Caesar Elvis Monty""".split()
NAME_MODIFIERS = """home base target trash snack favourite favorite lucky magic secret main special
breakfast dinner cookie candy fruit garbage recycling spare guest treasure money toy key mail parking
charging starting final winner loser danger kitchen office holiday birthday party""".split()
NAME_PLACES = ["base", "home", "the parking spot", "the garage", "the dock", "the depot", "camp",
               "the storage area", "the kitchen", "headquarters", "the finish line", "the goal line",
               "the shop", "the station", "the nest", "the pickup point", "the drop zone"]
