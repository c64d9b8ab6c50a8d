"""The closed lists of the parser's sentences: everyday nouns, adjectives, colours, places, styles and small talk.

Nouns proper come from `nouns.py`; what stands here is what an open list would not hold in the right proportion.
"""

from __future__ import annotations


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())


EVERYDAY = _list("""
car, truck, bus, van, taxi, train, tram, bicycle, bike, motorcycle, scooter, skateboard, tractor, boat, ship, ferry, canoe, kayak, plane,
helicopter, rocket, drone, wagon, cart, stroller, dog, puppy, cat, kitten, horse, cow, sheep, goat, pig, chicken, duck, goose, bird, parrot,
eagle, owl, pigeon, seagull, fish, shark, whale, dolphin, turtle, frog, snake, lizard, rabbit, squirrel, mouse, fox, wolf, bear, panda, tiger,
lion, elephant, giraffe, zebra, monkey, gorilla, camel, deer, butterfly, bee, spider, dragon, unicorn, robot, statue, snowman, man, woman, boy,
girl, kid, baby, guy, lady, person, tourist, player, dancer, soldier, couple, crowd, child, bride, friend, tree, bush, flower, rose, tulip,
cactus, palm tree, plant, grass, leaf, hedge, log, rock, stone, hill, mountain, river, lake, waterfall, cloud, sky, sun, moon, rainbow, house,
cottage, cabin, barn, shed, garage, castle, tower, bridge, church, temple, skyscraper, building, hut, tent, fence, wall, gate, door, window,
roof, chimney, balcony, floor, ceiling, stairs, chair, armchair, stool, bench, sofa, couch, table, desk, bed, shelf, bookcase, wardrobe,
cabinet, drawer, lamp, chandelier, candle, lantern, mirror, picture frame, painting, poster, rug, carpet, curtain, pillow, blanket, clock, vase,
bowl, plate, cup, mug, glass, bottle, jar, teapot, kettle, pan, pot, fork, knife, spoon, toaster, oven, fridge, sink, bathtub, toilet, shower,
towel, basket, box, bag, backpack, purse, suitcase, wallet, umbrella, hat, cap, helmet, crown, scarf, tie, shirt, t-shirt, sweater, jacket,
coat, dress, skirt, jeans, pants, shorts, socks, shoes, sneakers, boots, gloves, glasses, sunglasses, watch, ring, necklace, earrings, belt,
hair, beard, mustache, eyes, lips, nails, phone, laptop, computer, keyboard, monitor, tv, camera, speaker, radio, microphone, guitar, piano,
violin, drum, trumpet, book, newspaper, magazine, pen, pencil, notebook, letter, envelope, ball, football, kite, balloon, toy, teddy bear, doll,
swing, slide, apple, banana, orange, lemon, pear, strawberry, grape, cherry, pineapple, watermelon, pumpkin, tomato, carrot, potato, onion,
mushroom, bread, sandwich, burger, pizza, pasta, salad, soup, cake, pie, cookie, donut, ice cream, coffee, tea, beer, wine, juice, milk, egg,
cheese, steak, sign, street sign, traffic light, lamp post, pole, mailbox, trash can, hydrant, fountain, billboard, banner, flag, ladder,
bucket, hammer, rope, chain, wheel, tire, engine, sword, shield, gun, hook, anchor, barrel, crate, pallet, cone, scarecrow, windmill, lighthouse,
watermark, logo, text, caption, graffiti, sticker, stain, scratch, shadow, reflection, wire, cable, power line, antenna, puddle, tattoo, smoke
""")

PEOPLE = _list(
    "man, woman, boy, girl, guy, lady, kid, person, child, player, tourist, singer, dancer, old man, teacher, waiter, lad"
)
OWNERS = _list(
    "man, woman, boy, girl, neighbor, neighbour, brother, sister, dad, mom, dog, cat, wife, husband, boss, kid, lady, guy, friend"
)
CLOTHES = _list(
    "shirt, jacket, coat, dress, hat, sweater, hoodie, suit, uniform, skirt, vest, cap, scarf, costume, t-shirt, jeans, robe, blazer"
)

COLORS = _list("""
red, blue, green, yellow, orange, purple, pink, brown, black, white, grey, gray, silver, gold, golden, beige, turquoise, teal, navy, navy blue,
maroon, burgundy, crimson, scarlet, magenta, violet, lavender, lilac, indigo, cyan, mint, mint green, olive, lime, lime green, khaki, ivory,
cream, peach, salmon, coral, copper, bronze, sky blue, royal blue, forest green, emerald, ruby, sapphire, amber, charcoal, tan, mustard, rust,
plum, mauve, aqua, fuchsia, rose, hot pink, off-white, jet black, blonde, ginger, chestnut, terracotta, rainbow, pastel pink, baby blue
""")
SHADES = _list(
    "light, dark, bright, deep, pale, matte, neon, pastel, soft, vivid, glossy, dusty, metallic, bold, muted, warm, cool, faded, shiny"
)
LOOKS = _list("""
wooden, golden, striped, polka dot, plaid, checkered, leather, metallic, transparent, glass, rusty, marble, stone, brick, velvet, chrome, shiny,
floral, camouflage, tartan, zebra print, leopard print, steel, furry, concrete, denim, knitted, bamboo, plastic, snowy, dirty, clean, old, new,
modern, vintage, stormy, cloudy, wet, dry, broken, fluffy, curly, straight, blond, multicolored, two-tone, frozen, glowing, paisley, spotted
""")
ADJECTIVES = _list("""
big, small, little, tiny, huge, giant, large, tall, short, old, new, ancient, modern, vintage, antique, rusty, shiny, dirty, clean, broken,
ugly, beautiful, pretty, cute, fancy, simple, plain, wooden, metal, plastic, glass, leather, stone, brick, golden, silver, empty, full, round,
square, long, wide, narrow, thick, thin, heavy, fluffy, furry, soft, hard, wet, dry, fresh, rotten, sleeping, smiling, angry, happy, sad, scary,
funny, weird, boring, cheap, expensive, luxury, classic, electric, steam, parked, abandoned, cozy, rustic, majestic, colorful, striped, spotted,
open, closed, folded, fallen, flying, running, sitting, standing, mechanical, inflatable, wild, tame, baby, young, elderly, blurry, bright, dark,
annoying, stupid, damn, lovely, nice, second, first, other, left, right, nearest, biggest, medieval, futuristic, tropical, exotic, frozen
""")
MATERIALS = _list(
    "wood, gold, stone, glass, ice, paper, steel, marble, chocolate, lego bricks, bronze, cardboard, candy, silver, crystal, clay, wool"
)
CONTAINERS = _list(
    "glass, bowl, cup, plate, bottle, basket, pile, bunch, box, slice, piece, stack, bag, pair, group, row, pot, jar, vase, herd"
)

STYLES = _list("""
watercolor, watercolour, oil painting, pencil sketch, cartoon, anime, pixel art, pop art, cubist, impressionist, photorealistic, realistic,
comic book, low poly, 3d render, line art, charcoal drawing, vintage, retro, art deco, cyberpunk, steampunk, minimalist, baroque, claymation, origami,
stained glass, noir, surreal, vaporwave, gothic, manga, studio ghibli, pixar, sepia, black and white, hyperrealistic, hand-drawn, crayon, gouache
""")
ARTISTS = _list(
    "Van Gogh, Monet, Picasso, Dali, Rembrandt, Hokusai, Klimt, Matisse, Warhol, Banksy, Kandinsky, Vermeer, Tim Burton, Frida Kahlo"
)

PLACES = _list("""
beach, forest, desert, mountain, city, street, park, garden, field, meadow, jungle, island, lake, river, ocean, sea, castle, church, library,
museum, kitchen, living room, bedroom, bathroom, office, studio, classroom, hospital, restaurant, cafe, bar, supermarket, shop, mall, market,
stadium, gym, pool, train station, airport, subway, parking lot, gas station, highway, road, bridge, tunnel, cave, volcano, waterfall, swamp,
farm, barn, vineyard, village, town square, playground, zoo, circus, theater, stage, nightclub, rooftop, balcony, skyscraper, factory, warehouse,
harbor, ship, spaceship, space station, planet, galaxy, moon, glacier, snowfield, canyon, cliff, hill, valley, savanna, rainforest, temple,
palace, ballroom, dungeon, graveyard, haunted house, alley, brick wall, white wall, wall, wooden table, marble table, desk, shelf, carpet, lawn,
football field, racetrack, pier, lighthouse, campsite, ski slope, bamboo grove, flower field, wheat field, sunset, sunrise, night sky, storm
""")
BARE_PLACES = _list("""
space, outer space, Paris, London, Tokyo, New York, Venice, Hawaii, Iceland, Egypt, Mars, Times Square, Central Park, Antarctica, heaven, hell,
water, snow, fog, clouds, fire, Rome, Africa, downtown Chicago, Santorini, the Grand Canyon, the Sahara, the Alps, the moon, the woods,
the countryside, the jungle, the beach, the desert, the ocean, the mountains, the sky, the clouds, the city, the Eiffel Tower, the Taj Mahal
""")
PLACE_TAILS = _list("""
at night, at sunset, at sunrise, at dawn, at dusk, in winter, in autumn, in spring, in the rain, in the snow, in the fog, by the sea, with palm trees,
with mountains in the distance, full of people, full of flowers, covered in snow, under a starry sky, during a storm, with a blue sky, at noon,
with neon lights, in the evening, in Italy, in Japan, on a sunny day, of sunflowers, of lavender, with lots of books, under water
""")
PLACE_ADJECTIVES = _list("""
sandy, sunny, snowy, rainy, tropical, busy, crowded, quiet, empty, dark, bright, foggy, misty, green, modern, old, ancient, medieval, futuristic,
beautiful, magical, enchanted, abandoned, cozy, luxurious, rocky, grassy, stormy, plain white, plain, blurred, colorful, neon, autumn, winter,
white, grey, light blue, solid black, simple, rustic, industrial, minimalist, sunlit, moonlit, hot, frozen, Japanese, Italian, Victorian, huge
""")
PLACE_PREPOSITIONS = _list("""
in, in, in, in, on, on, on, at, at, into, onto, to, inside, against, near, next to, by, in front of, under, beside, in the middle of, on top of,
over, among, above, within, outside, before, across, along
""")
WHERE_FIXED = _list("""
on the left, on the right, in the middle, in the center, in the background, in the foreground, in the corner, at the top, at the bottom,
on the far left, on the far right, in the back, in the front, at the back, to the left, to the right, on the left side, on the right hand side,
in the top left corner, in the bottom right, in the lower left corner, in the distance, from the left, from the right, on top, in the upper right,
closest to the camera, at the edge, on the ground, in the sky, in the air, behind me, next to me, up front, over there, down there, up there
""")
WHERE_PREPOSITIONS = _list("""
on, on, on, in, in, under, behind, next to, near, beside, above, below, by, in front of, at, inside, against, close to, between, over, beneath,
on top of, underneath, around, across from, to the left of, to the right of, left of, right of
""")
