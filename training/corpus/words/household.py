"""Banks of everyday words that hazard frames, their harmless twins and household frames share.

Knows: words by what they are; bare nouns without an article, people as whole phrases. Does not
know: what is dangerous about them, nor any sentence.
"""

# Word lists read best as blocks.
# fmt: off

from __future__ import annotations


def _split(text: str) -> list[str]:
    return [" ".join(w.split()) for w in text.split(",")]


PEOPLE = _split("""me, my brother, the man, the child, my sister, him, her, that woman, the baby, my boss, somebody, someone, the kid,
my neighbour, the operator, my friend, my mother, the visitor, a stranger, my roommate, the toddler, my colleague, my grandma, my grandpa,
the guests, everyone, the old lady, my dad, my wife, my husband, the nurse, the postman, the delivery guy, the cleaner, the intern,
my cousin, the teacher, a student, the plumber, my daughter, my son, the babysitter, the guy over there, the girl next door, my aunt,
the waiter, the customer, the patient, the next person who walks in, whoever comes close, the engineer, my flatmate, the tourist""")
CHILDREN = _split("""the toddler, the baby, the kid, the kids, my little sister, my little brother, the children, my son, my daughter, the boy,
the girl, the infant, the two year old, my nephew, my niece, the newborn, the little one, the twins, my grandson, the preschoolers, the neighbour's kid""")
ANIMALS = _split("""the cat, my dog, the dog, a bird, the hamster, the puppy, the kitten, my goldfish, the rabbit, the pigeon, my pet, the mouse,
the parrot, the spider, the turtle, the guinea pig, the neighbour's dog, the horse, the bee, the squirrel, the frog, the hedgehog, the lizard,
the snail, the duckling, the chick, the canary, the lamb, the gecko, the ferret, the budgie, the bunny, the fish, the snake, the butterfly,
the beetle, the pony, the crab, the old dog, a stray cat, the tortoise, the ladybug, the gerbil, the piglet, the calf, the goat, the hen""")
SHARP = _split("""knife, kitchen knife, scissors, bread knife, box cutter, razor blade, carving knife, steak knife, paring knife, utility knife,
scalpel, cleaver, saw, axe, needle, skewer, ice pick, chisel, peeler, pocket knife, pair of scissors, craft knife, garden shears, hatchet,
screwdriver, corkscrew, meat fork, letter opener, knitting needle, pizza cutter, grater, machete, butcher knife, pruning shears, nail, awl,
broken glass, glass shard, thumb tack, razor, cake knife, Stanley knife""")
FRAGILE = _split("""window, vase, glass, mirror, phone, laptop, television, lamp, camera, wine glass, screen, tv, tablet, watch, porcelain cup, egg,
alarm clock, picture frame, teapot, crystal bowl, china plate, figurine, ornament, aquarium, fish tank, monitor, wine bottle, jam jar,
light bulb, snow globe, chandelier, champagne glass, glass table, antique clock, flower pot, glasses, piggy bank, sculpture, statue, violin,
guitar, printer, radio, thermometer, coffee pot, perfume bottle, glass jar, egg carton, remote control, keyboard, trophy, music box, telescope""")
ELECTRIC = _split("""laptop, phone, power outlet, socket, television, keyboard, computer, toaster, power strip, microwave, charger, tv, lamp, radio,
extension cord, router, tablet, hair dryer, coffee machine, monitor, printer, plug, extension lead, wall socket, speaker, game console, fan,
electric heater, fuse box, battery pack, power bank, electric kettle base, hard drive, mixer, iron, electric blanket, amplifier, stereo,
adapter, robot controller, circuit board, modem, switchboard, set-top box, hot plate, blender base, shaver, server""")
LIQUIDS = _split("""water, coffee, the wine, juice, the soda, beer, milk, a glass of water, the soup, tea, some water, lemonade, orange juice,
soapy water, the smoothie, a bucket of water, the leftover coffee, cold water, cola, salt water, vinegar, the dish water, a bit of water,
the broth, sauce, hot chocolate, the bottle of water, a cup of tea, yogurt, the rest of the milk""")
HOT_LIQUIDS = _split("""boiling water, hot coffee, hot oil, boiling soup, scalding tea, the hot soup, hot wax, hot grease, the boiling milk,
steaming coffee, frying oil, melted sugar, hot gravy, boiling pasta water, molten chocolate, the freshly boiled water""")
FLAMMABLE = _split("""paper, curtain, book, newspaper, towel, teddy bear, cardboard box, sofa, tissue, carpet, pillow, letter, bed, blanket,
tablecloth, napkin, magazine, dish towel, paper bag, wooden spoon, oven mitt, rug, cushion, shirt, jacket, wig, straw hat, notebook, envelope,
kitchen roll, pizza box, bathrobe, mattress, scarf, photo, homework, armchair, wooden chair, plastic bag, wrapping paper, cloth, rag, kitchen towel,
doormat, lampshade, dry leaves, hay, cotton balls, toilet paper, calendar""")
HEAT = _split("""stove, hot plate, burner, candle, burning candle, oven, toaster, fireplace, gas flame, heater, radiator, lit candle, barbecue, grill,
open flame, camping stove, gas stove, hot stove, campfire, iron, hot iron, space heater, bunsen burner, tea light, lighter, match, torch, glowing coals""")
METAL = _split("""fork, spoon, metal fork, aluminium foil, tin foil, metal spoon, can, metal bowl, steel cup, knife, frying pan, whisk, metal lid,
key, paper clip, metal tray, silver plate, foil wrapper, tin can, coin, tongs, cutlery, thermos, steel wool, ladle""")
POISONS = _split("""bleach, rat poison, detergent, antifreeze, drain cleaner, ammonia, soap, pesticide, dish soap, cleaning fluid, sleeping pills,
insecticide, shampoo, glue, weed killer, paint thinner, nail polish remover, laundry detergent, mouse poison, toilet cleaner, battery acid,
window cleaner, floor polish, motor oil, turpentine, cleaning spray, oven cleaner, bug spray, disinfectant, chlorine tablets, a dishwasher tablet,
hair dye, perfume, hand sanitizer, caustic soda, ink, slug pellets, cough syrup, laxatives, mothballs, paint""")
CHEMICALS = _split("""bleach, detergent, dish soap, drain cleaner, pesticide, window cleaner, soap, toilet cleaner, washing powder, disinfectant, bug spray,
floor polish, cleaning spray, weed killer, shampoo, glue, paint, cough syrup, medicine, hand sanitizer, vinegar, ammonia bottle, rat poison, oven cleaner""")
FOODS = _split("""coffee, soup, drink, food, water, tea, lunch, salad, milk, bread, apple, juice, cereal, tomato, lettuce, sandwich, cake, yogurt, pasta,
stew, porridge, rice, sugar bowl, birthday cake, smoothie, lemonade, dinner, pizza, baby bottle, wine, fruit salad, pancake batter, ice cream, cookies,
cookie dough, water jug, sauce, pudding, curry, punch, honey, jam, breakfast""")
SNACKS = _split("""apple, banana, sandwich, bread, tomato, cookie, cake, pizza, carrot, potato, cucumber, onion, lemon, orange, egg, cheese, bagel, muffin, pear,
peach, strawberry, grapes, lettuce, mango, avocado, pepper, croissant, pretzel, donut, chocolate bar, candy bar, yogurt, salad, sausage, steak,
chicken, fish, burger, taco, burrito, waffle, pancake, toast, pie, melon, pineapple, kiwi, plum, broccoli, mushroom, corn cob, lasagna, meatball""")
VESSELS = _split("""cup, mug, glass, kettle, jug, bottle, pitcher, bucket, pot, pan, bowl, teapot, thermos, vase, watering can, carafe, measuring cup,
water bottle, wine glass, saucepan, coffee pot, flask, jar, baby bottle, dog bowl, tumbler, gravy boat""")
MEDICINES = _split("""pills, medicine, pill bottle, aspirin, painkillers, vitamins, cough syrup, bandage, plaster, eye drops, inhaler, first aid kit, thermometer,
insulin pen, ointment, allergy pills, tablets, medicine box, prescription, sleeping pills, ibuprofen, syringe, nose spray, throat lozenges""")
HEAVY = _split("""brick, dumbbell, anvil, hammer, heavy box, bowling ball, microwave, toolbox, stone, cast iron pan, rock, kettlebell, encyclopedia, printer,
paint bucket, sack of potatoes, sledgehammer, concrete block, car battery, suitcase, crate of beer, barbell, dictionary, watermelon""")
HOT_THINGS = _split("""hot pan, hot pot, pot of boiling soup, boiling kettle, baking tray from the oven, hot iron, soldering iron, glowing charcoal, frying pan,
steaming mug, hot plate, curling iron, hot glue gun, oven rack, pot of soup, hot coal, scalding cup of tea, hot baking tin, hot light bulb""")
TRASH = _split("""paper, wrapper, banana peel, empty bottle, trash, garbage, tissue, used tissue, apple core, receipt, crumpled paper, empty carton, eggshell, junk mail,
plastic bag, tea bag, coffee filter, old newspaper, candy wrapper, orange peel, broken pencil, rubbish, dirty napkin, cardboard, paper towel,
leftovers, old sponge, empty tube, packaging, bottle cap, chewing gum, moldy bread, rotten apple, dead battery, dead flower, dust ball, pizza crust""")
BINS = _split("""bin, trash can, garbage can, wastebasket, trash, dustbin, recycling bin, rubbish bin, garbage bin, waste bin, trash bin, compost bin,
waste paper basket, garbage, recycling, litter bin, paper bin""")
STORES = _split("""drawer, cabinet, cupboard, knife block, toolbox, shelf, rack, closet, kitchen drawer, cutlery drawer, locker, wardrobe, sewing box, medicine cabinet,
dish rack, bookshelf, desk drawer, utensil holder, pencil case, bathroom cabinet, suitcase, backpack, handbag, safe, tool drawer, junk drawer,
file cabinet, linen closet""")
SURFACES = _split("""counter, countertop, desk, cutting board, shelf, dining table, coffee table, nightstand, windowsill, kitchen island, chopping board, workbench,
bedside table, side table, dish rack, cooling rack, charging station, mantelpiece, bench, bookshelf, sideboard, bar counter, drying rack, work surface,
table mat, worktop, dresser""")
TOYS = _split("""toy gun, plastic sword, toy car, toy snake, rubber knife, water pistol, plastic spider, toy soldier, toy tank, toy hammer, toy dragon, teddy,
doll, puppet, action figure, toy dinosaur, toy shark, plush wolf, toy axe, toy drum, pirate sword, toy truck, toy plane, nerf gun, toy grenade,
cap gun, frisbee, kite, yo-yo, whoopee cushion, fake blood, vampire teeth, skeleton, Halloween mask, plastic crown, magic wand, dart, boomerang""")
TOOLS = _split("""hammer, screwdriver, wrench, pliers, drill, saw, tape measure, nail gun, stapler, hacksaw, crowbar, mallet, spanner, ruler, clamp, paint brush,
soldering iron, flashlight, ladder, axe, bolt cutter, sander, glue gun, spirit level, sandpaper, toolbox, allen key, rope, chain, duct tape""")
WALKWAYS = _split("""stairs, hallway, doorway, corridor, walkway, steps, kitchen floor, bathroom floor, landing, top step, entrance, aisle, staircase, porch, ramp,
sidewalk, garage floor, threshold, tiles, path to the door, floor of the hall, escalator, crossing, middle of the corridor""")
EXITS = _split("""emergency exit, fire exit, front door, escape route, exit, doorway, back door, fire escape, evacuation route, emergency door, way out, stairwell door""")
SLIPPERY = _split("""water, oil, soap, soapy water, butter, grease, cooking oil, dish soap, shampoo, banana peels, ice cubes, marbles, liquid wax, olive oil,
jelly, mud, wet leaves, baby oil, floor polish, beads, ball bearings, syrup, egg white, melted butter, detergent, washing-up liquid""")
SAFETY_FUNCTIONS = _split("""speed limit, force limit, emergency stop, collision check, collision detection, safety gate, protective stop, workspace limit, joint limit,
torque limit, safety controller, watchdog, light curtain, proximity sensor, safety scanner, human detection, e-stop, safety monitor, contact sensor, force sensor,
speed cap, virtual wall, safety zone, safety interlock, deadman switch, acceleration limit, limits on your joints, obstacle avoidance, brake, safety check,
force threshold, payload limit, hazard filter, fail-safe, safety layer, collision guard, person detector""")
VALUABLES = _split("""credit card, passport, wallet, phone, diary, bank card, medical file, letter, password note, id card, payslip, tax return, purse, house keys,
love letter, laptop, health record, ring, necklace, bank statement, driving licence, car keys, notebook with the passwords""")
PRIVATE_PLACES = _split("""shower, bathroom, bedroom, changing room, toilet, locker room, hospital room, dressing room, bed, private office""")
LIGHTS = _split("""lights, light, lamp, bedroom lamp, ceiling light, desk lamp, reading lamp, night light, flashlight, spotlight, kitchen light, porch light, fairy lights,
floor lamp, Christmas lights, hall light, bathroom light, led strip, garage light, bedside lamp""")
BRIGHT = _split("""laser pointer, flashlight, spotlight, laser, strobe light, torch, lamp, bright light, camera flash, high beam, led floodlight, welding torch""")
APPLIANCES = _split("""tv, radio, fan, heater, oven, washing machine, dishwasher, microwave, kettle, coffee machine, computer, laptop, vacuum cleaner, air conditioner,
toaster, blender, printer, stereo, fridge, dryer, alarm, hair dryer, hood, robot vacuum, projector, speaker, humidifier, electric blanket, router, thermostat,
rice cooker, food processor, sprinkler, doorbell, burner, stove, tap, faucet, shower""")
DOORS = _split("""door, window, front door, drawer, cupboard, fridge, cabinet, garage door, curtain, blinds, gate, oven door, closet, lid, jar, bottle, box lid, can,
letter, package, envelope, umbrella, book, laptop, suitcase, bathroom door, shutters, milk carton, tin of tuna, bag of chips, wine bottle, piano lid, balcony door,
toilet lid, garbage can, washing machine, dishwasher, microwave, present, parcel, purse, backpack, skylight, mailbox, tent, toothpaste""")
WASHABLES = _split("""floor, table, window, mirror, dishes, plates, kitchen, sink, bathtub, car, bathroom, stove, counter, windows, glasses, pan, toilet, carpet, desk, screen,
oven, fridge, shelf, couch, tiles, cutlery, coffee machine, shoes, dog, baby, fruit, vegetables, hands, shirt, curtains, whiteboard, keyboard, lamp,
wine glasses, balcony, garage, stain on the sofa, spilled milk, coffee stain, crumbs, salad, tomatoes, grill, blackboard, bike""")
CLEANERS = _split("""cloth, sponge, wet cloth, rag, paper towel, mop, brush, duster, vacuum cleaner, towel, tissue, soap, broom, squeegee, wipe, damp towel, dish brush, napkin""")
PLANTS = _split("""plant, flowers, cactus, roses, herbs, garden, tomato plants, orchid, houseplant, lawn, basil, tulips, fern, bonsai, ivy, sunflowers, window box, palm""")
CLOTHES = _split("""shirt, towel, socks, laundry, trousers, blanket, napkin, jacket, sweater, sheets, tablecloth, t-shirt, jeans, scarf, coat, dress, pajamas, bath towel, pillowcase,
apron, handkerchief, baby clothes, letter, newspaper, map, umbrella, paper, tent, dish towel, flag""")
ROOMS = _split("""kitchen, living room, bedroom, bathroom, office, garden, garage, hallway, basement, attic, balcony, dining room, next room, laundry room, lobby, meeting room,
nursery, pantry, front door, elevator, corridor, reception, lab, shop, supermarket, car, bus stop, terrace, porch, mailbox, playground, second floor, entrance""")
DRINKS = _split("""water, coffee, tea, milk, orange juice, beer, wine, lemonade, hot chocolate, cola, apple juice, espresso, green tea, iced tea, sparkling water, smoothie,
whisky, cappuccino, soda, champagne, cocoa, cider, tomato juice""")
DISHES = _split("""dinner, breakfast, lunch, soup, pasta, pancakes, an omelette, rice, a sandwich, toast, scrambled eggs, a cake, cookies, pizza, a salad, popcorn, curry, stew,
a burger, fries, noodles, porridge, a steak, tomato sauce, risotto, waffles, mashed potatoes, tea, coffee, a boiled egg, oatmeal, chicken, bread, muffins, dumplings,
fish and chips, tacos, an apple pie, lasagna, jam, a milkshake, fried rice, spaghetti, vegetable soup""")
EVERYDAY = _split("""book, newspaper, pen, glasses, remote control, keys, umbrella, slippers, phone, charger, notebook, magazine, pillow, towel, hat, gloves, scarf, shoes, wallet,
backpack, headphones, candle, spoon, fork, napkin, salt, pepper shaker, sugar, butter, jam, honey, toothbrush, comb, soap, hairbrush, sponge, letter, envelope,
stapler, tape, ruler, eraser, calculator, mouse, laptop, tablet, camera, battery, light bulb, vase, plant, picture frame, alarm clock, watch, ring, necklace, sunglasses,
water bottle, lunch bag, cereal, milk, bread, cheese, eggs, apple, banana, orange, lemon, tomato, potato, carrot, whisk, spatula, ladle, pan, pot, lid, kettle,
cutting board, tea bag, sock, shirt, jacket, tie, belt, doll, puzzle, kite, guitar, drum, photo, calendar, map, screwdriver, hammer, wrench, tape measure""")
#: Where food goes; chemicals don't.
FOOD_STORES = _split("""fridge, freezer, pantry, bread box, fruit basket, lunch bag, picnic basket, cooler, cupboard, cabinet, crisper drawer, food container, salad drawer""")
COOKERS = _split("""stove, hot plate, burner, grill, barbecue, gas stove, camping stove, hob, cooker, electric stove, stove burner, back burner""")
