"""Which words name the same thing. Labels of models differ ("sofa" here, "couch" there) and people's words differ more.

One line is one thing; any of its words finds a label that is another of them. A word after `<` is a narrower name: it
finds the labels of its line ("puppy" finds dogs), but the line's own words do not find it ("dog" does not find a label
"puppy"). To teach a new word, add it to its line or add a line.
"""

from __future__ import annotations

TABLE = """
car, automobile, auto, motorcar < sedan, taxi, cab, coupe, convertible, limousine, hatchback, vehicle
truck, lorry < pickup
bus, coach, autobus
train < locomotive, tram
bicycle, bike, cycle, pushbike < mountain bike, racing bike
motorcycle, motorbike, minibike < moped, scooter
airplane, aeroplane, plane, aircraft < jet
boat < sailboat, sailing boat, ship, yacht, vessel, rowboat, canoe, dinghy
dog < puppy, hound, doggy, pup, terrier, poodle
cat < kitten, kitty, tomcat
horse < pony, foal, mare
cow, cattle < bull, calf
sheep < lamb
bird < sparrow, robin, crow, songbird, pigeon
person, human, people < man, woman, boy, girl, child, kid, pedestrian, lady, guy, gentleman, baby, player
tree < fir, oak, pine, palm, spruce
plant, flora, plant life < shrub, bush
potted plant < houseplant, pot plant
flower, blossom, bloom < rose, tulip, daisy, sunflower
grass, lawn
house, home < cottage, cabin, hut, villa
building, edifice < house, tower, skyscraper, office
chair, seat < armchair, stool
sofa, couch, settee, lounge
table, desk, dining table
bed < cot, bunk
lamp < table lamp, floor lamp, desk lamp
light, light source
cup, mug < teacup, coffee cup, coffee mug
glass, drinking glass, wine glass
bottle, flask
book < novel, notebook, textbook
apple
ball, sports ball < beach ball, football, basketball, soccer ball
television, tv, television receiver, television set, tvmonitor, tv monitor, telly
computer < laptop, notebook computer
cell phone, mobile phone, cellphone, phone, telephone, smartphone
refrigerator, fridge, icebox
oven, stove, cooker
sink, basin, washbasin
rug, carpet, mat, carpeting
curtain, drape, drapery, mantle, pall
window, windowpane
door < gate
picture, painting, frame < poster
mirror
cushion, pillow
bag, handbag < purse
backpack, rucksack
suitcase, luggage
road, street, route < highway, lane
sidewalk, pavement
path, footpath < trail
ground, earth, floor, flooring
wall < brick wall
sky
cloud
water < puddle
sea, ocean
river, stream
lake, pond
mountain, mount < hill, peak
rock, stone, boulder
sand, beach
snow
fence, fencing
traffic light, traffic signal, stoplight
sign, signboard < stop sign, traffic sign
bench
umbrella, parasol
clock, watch
vase, pot
doughnut, donut
"""

_STUFF = """
sky water grass sand snow sea ocean ground earth floor wall road street sidewalk pavement river lake background hair fur skin
food furniture clothing ceiling smoke fire fog foliage scenery gravel mud lawn beach foreground
"""
STUFF = frozenset(_STUFF.split())
"""What has no single piece: "the sky" means all of it, even in two parts."""

FOREGROUND = "foreground"
"""The word for all that stands in front of the surroundings."""

_SURROUNDINGS = """
background edge unlabeled void sky cloud fog water sea river lake ocean waterfall grass field sand beach snow earth ground dirt land mud gravel
mountain hill rock stone road path street runway sidewalk pavement playingfield platform railroad floor flooring wall ceiling building skyscraper
fence railing bridge tunnel tree palm plant bush foliage window curtain rug carpet mirror column stairs solid
"""
SURROUNDINGS = frozenset(_SURROUNDINGS.split())
"""Names of labels that are rather what a thing stands in or before, where the model also knows things by name."""

IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse",
    "geese": "goose", "feet": "foot", "teeth": "tooth", "knives": "knife", "leaves": "leaf", "wolves": "wolf",
    "shelves": "shelf", "loaves": "loaf", "calves": "calf", "oxen": "ox", "pennies": "penny", "cookies": "cookie",
    "movies": "movie", "ties": "tie", "buses": "bus", "glasses": "glass", "shoes": "shoe", "toes": "toe",
    "houses": "house", "horses": "horse", "vases": "vase", "suitcases": "suitcase", "roses": "rose", "noses": "nose",
    "purses": "purse", "axes": "axe", "cacti": "cactus",
}  # fmt: skip
"""Plural → singular where the rules of spelling fail."""


def _read(table: str) -> dict[str, frozenset[str]]:
    """Word → the words whose labels it finds, itself among them."""
    finds: dict[str, set[str]] = {}
    for line in table.strip().splitlines():
        same, _, narrower = line.partition("<")
        group = [word.strip() for word in same.split(",")]
        for word in [*group, *(w.strip() for w in narrower.split(",") if w.strip())]:
            finds.setdefault(word, {word}).update(group)
    return {word: frozenset(found) for word, found in finds.items()}


FINDS = _read(TABLE)
"""Word → the words whose labels it finds, itself among them."""
