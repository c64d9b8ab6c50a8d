"""Why: a node is understood from one small graph in which it does what it is there for. Here is such a graph for every node type, as short as it
can be written; make-examples.py runs them, and the page shows what came out beside each node and opens them as graphs.

In a graph, "it" is the node that is shown, and "@photo.image" (or "@photo": its first output) is a link. All else is as in a workflow file.
"""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]


def load(name: str) -> tuple[str, dict[str, Any]]:
    return "image.load", {"path": f"examples/{name}.png"}


def words(text: str, image: str = "@photo") -> tuple[str, dict[str, Any]]:
    return "segment.mask_from_words", {"image": image, "words": text}


def lines(*rows: str) -> tuple[str, dict[str, Any]]:
    return "stream.lines", {"text": "\n".join(rows)}


STREET, GARDEN, ROOM, CARS = load("street"), load("garden"), load("room"), load("two_cars")
CAR = {"photo": STREET, "find": words("car")}
FLOWER = {"photo": GARDEN, "find": words("flower")}
LAMP = {"photo": ROOM, "find": words("lamp")}
DOG = {"photo": GARDEN, "find": words("dog")}
BOTH = {"photo": CARS, "find": (words("car")[0], {**words("car")[1], "pick": "all"})}
ALL = {"files": ("stream.folder", {"path": "examples"}), "photo": ("image.load", {"path": "@files.path"})}
COUNTED = {"numbers": ("stream.repeat", {"times": 6})}
THINGS = {"things": lines("a car", "a bicycle", "a dog", "a lamp")}
PAIR = {"colours": lines("red", "blue"), "things": lines("car", "sofa")}

EXAMPLES: dict[str, Example] = {
    # what words do
    "diffusion.inpaint": {**CAR, "it": {"image": "@photo", "mask": "@find", "prompt": "a bicycle", "seed": 7}},
    "diffusion.text_to_image": {"it": {"prompt": "a green tree", "seed": 2}},
    "diffusion.image_to_image": {
        "photo": STREET,
        "near": ("image.crop", {"image": "@photo", "left": 250, "top": 250, "width": 370, "height": 250}),
        "it": {"image": "@near", "prompt": "a red car on a road", "strength": 0.45, "resolution": 144, "seed": 1},
    },
    "diffusion.outpaint": {"photo": GARDEN, "it": {"image": "@photo", "left": 96, "right": 96, "seed": 1}},
    "edit.conversation": {
        "photo": STREET,
        "it": {"image": "@photo", "sentences": "make the car green\nremove the tree", "by": "parts", "seed": 5},
        "show": ["image"],
    },
    "edit.instruct": {**CAR, "it": {"image": "@photo", "instruction": "make the car blue", "mask": "@find", "seed": 3}},
    "edit.reword": {
        "photo": STREET,
        "near": ("image.crop", {"image": "@photo", "left": 250, "top": 250, "width": 370, "height": 250}),
        "it": {
            "image": "@near",
            "source": "a red car",
            "target": "a yellow car",
            "guidance": 5.0,
            "cross_steps": 0.4,
            "steps": 20,
        },
    },
    "edit.swap_words": {
        "it": {"source": "a red car on a road", "target": "a blue car on a road", "seed": 1},
        "show": ["source", "edited"],
    },
    "edit.word_attention": {"it": {"prompt": "a red car", "word": "car", "seed": 1}, "show": ["image", "panels"]},
    "language.parse_edit": {"it": {"sentence": "Make the red car blue"}},
    "segment.mask_from_words": {"photo": CARS, "it": {"image": "@photo", "words": "the red car"}},
    "segment.grab": {
        "photo": GARDEN,
        "box": ("mask.box", {"x": 262, "y": 258, "width": 240, "height": 190}),
        "it": {"image": "@photo", "box": "@box"},
    },
    "segment.classes": {
        "photo": GARDEN,
        "it": {"image": "@photo", "names": "dog, flower, tree"},
        "show": ["picture", "labels"],
    },
    "segment.class_names": {"it": {}},
    "segment.overlay": {
        "photo": CARS,
        "red": words("the red car"),
        "box": ("mask.to_boxes", {"mask": "@red", "each": "all"}),
        "it": {"image": "@photo", "boxes": "@box", "labels": ["the red car"], "scores": [0.93]},
    },
    "segment.each_thing": {
        "photo": GARDEN,
        "things": ("segment.classes", {"image": "@photo"}),
        "it": {"masks": "@things.masks", "labels": "@things.labels", "scores": "@things.scores"},
        "show": ["mask", "label", "number"],
    },
    "segment.fine_edge": {**DOG, "it": {"image": "@photo", "mask": "@find"}, "show": ["image", "mask"]},
    "paint.heal": {**LAMP, "it": {"image": "@photo", "mask": "@find", "grow": 12, "shadow": 0.2}},
    "control.canny": {"photo": STREET, "it": {"image": "@photo"}},
    "control.soft_edges": {"photo": STREET, "it": {"image": "@photo"}},
    "control.scribble": {"photo": STREET, "it": {"image": "@photo"}},
    "control.lines": {"photo": ROOM, "it": {"image": "@photo"}},
    "control.straight_lines": {"photo": ROOM, "it": {"image": "@photo"}},
    "control.segments": {"photo": GARDEN, "it": {"image": "@photo"}},
    "control.normal": {**BOTH, "it": {"depth": "@find.heat"}},
    "control.tile": {"photo": STREET, "it": {"image": "@photo", "factor": 12.0}},
    "control.shuffle": {"photo": GARDEN, "it": {"image": "@photo", "seed": 1}},
    # ways
    "flow.by_action": {
        **LAMP,
        "parse": ("language.parse_edit", {"sentence": "Remove the lamp"}),
        "paint": ("diffusion.inpaint", {"image": "@photo", "mask": "@find", "prompt": "@parse.prompt"}),
        "heal": ("paint.heal", {"image": "@photo", "mask": "@find", "grow": 12, "shadow": 0.2}),
        "it": {"action": "@parse.action", "replace": "@paint", "remove": "@heal"},
    },
    "flow.switch": {
        "photo": STREET,
        "size": ("image.size", {"image": "@photo"}),
        "wide": ("value.compare", {"a": "@size.width", "relation": ">", "b": 512}),
        "small": ("image.resize", {"image": "@photo", "width": 256, "height": 256}),
        "it": {"condition": "@wide", "yes": "@small", "no": "@photo"},
    },
    "augment.apply": {
        "photo": STREET,
        "it": {
            "image": "@photo",
            "steps": [
                {"do": "flip", "probability": 1.0},
                {"do": "rotate", "angle": 12.0, "probability": 1.0},
                {"do": "hue_saturation", "hue": 90.0, "probability": 1.0},
            ],
            "seed": 4,
        },
        "show": ["image"],
    },
    # pictures
    "image.adjust": {"photo": STREET, "it": {"image": "@photo", "brightness": 1.1, "contrast": 1.2, "saturation": 1.6}},
    "image.blend": {
        "photo": STREET,
        "light": ("image.gradient", {"width": 768, "height": 512, "start": "#ff8a3c", "end": "#3c2a8a", "angle": 90.0}),
        "it": {"image": "@photo", "over": "@light", "mode": "multiply", "opacity": 0.8},
    },
    "image.blur": {"photo": STREET, "it": {"image": "@photo", "radius": 8.0}},
    "image.composite": {
        **CAR,
        "soft": ("image.blur", {"image": "@photo", "radius": 9.0}),
        "it": {"image": "@soft", "over": "@photo", "mask": "@find"},
    },
    "image.crop": {"photo": ROOM, "it": {"image": "@photo", "left": 500, "top": 300, "width": 220, "height": 200}},
    "image.crop_to_box": {**BOTH, "it": {"image": "@photo", "boxes": "@find.boxes", "number": 1, "margin": 16}},
    "image.curves": {"photo": STREET, "it": {"image": "@photo", "all": [[0, 0], [0.25, 0.1], [0.75, 0.9], [1, 1]]}},
    "image.difference": {
        "photo": STREET,
        "find": words("tree"),
        "healed": ("paint.heal", {"image": "@photo", "mask": "@find"}),
        "it": {"image": "@photo", "other": "@healed"},
    },
    "image.flip": {"photo": GARDEN, "it": {"image": "@photo", "direction": "left-right"}},
    "image.gradient": {"it": {"width": 480, "height": 320, "start": "#ff9a5a", "end": "#4a5fd0", "angle": 45.0}},
    "image.grey": {"photo": GARDEN, "it": {"image": "@photo"}},
    "image.grid": {
        "a": STREET,
        "b": GARDEN,
        "c": ROOM,
        "d": CARS,
        "it": {"first": "@a", "second": "@b", "third": "@c", "fourth": "@d"},
    },
    "image.invert": {"photo": STREET, "it": {"image": "@photo"}},
    "image.load": {"it": {"path": "examples/room.png"}, "show": ["image"]},
    "image.load_mask": {"it": {"path": "examples/room.png", "channel": "blue"}},
    "image.pad": {
        "photo": CARS,
        "it": {"image": "@photo", "left": 96, "right": 96, "top": 64, "bottom": 64, "fill": "edge"},
    },
    "image.paste": {
        "photo": STREET,
        "garden": GARDEN,
        "find": words("dog", "@garden"),
        "dog": ("mask.cut_out", {"image": "@garden", "mask": "@find"}),
        "it": {"image": "@photo", "patch": "@dog.image", "mask": "@dog.mask", "left": 20, "top": 300},
    },
    "image.resize": {"photo": STREET, "it": {"image": "@photo", "width": 256, "height": 256, "fit": "cover"}},
    "image.rotate": {"photo": STREET, "it": {"image": "@photo", "angle": 12.0, "colour": "#e9e8e3"}},
    "image.save": {"photo": STREET, "it": {"image": "@photo", "name": "my_street", "format": "png"}},
    "image.scale": {"photo": STREET, "it": {"image": "@photo", "factor": 0.25}},
    "image.sharpen": {
        "photo": GARDEN,
        "soft": ("image.blur", {"image": "@photo", "radius": 2.0}),
        "it": {"image": "@soft", "amount": 3.0, "radius": 2.0},
    },
    "image.sharpness": {"photo": GARDEN, "it": {"image": "@photo"}},
    "image.side_by_side": {
        "photo": STREET,
        "grey": ("image.grey", {"image": "@photo"}),
        "it": {"left": "@photo", "right": "@grey", "left_label": "before", "right_label": "after"},
    },
    "image.size": {"photo": STREET, "it": {"image": "@photo"}},
    "image.slider_strip": {
        "photo": STREET,
        "grey": ("image.grey", {"image": "@photo"}),
        "it": {"before": "@photo", "after": "@grey", "position": 0.5},
    },
    "image.solid": {"it": {"width": 480, "height": 320, "colour": "#3d7a5f"}},
    "image.text_on_picture": {
        "photo": STREET,
        "it": {"image": "@photo", "text": "Saturday, ten o'clock", "size": 56.0},
    },
    "image.xy_grid": {
        "photo": STREET,
        "angles": ("stream.values", {"values": "-20, 0, 20"}),
        "sizes": ("stream.values", {"values": "1, 12"}),
        "both": ("stream.cross", {"left": "@sizes", "right": "@angles"}),
        "turned": ("image.rotate", {"image": "@photo", "angle": "@both.right"}),
        "soft": ("image.blur", {"image": "@turned", "radius": "@both.left"}),
        "it": {
            "images": "@soft",
            "across": "@both.right",
            "down": "@both.left",
            "across_name": "angle",
            "down_name": "blur",
            "side": 240,
        },
    },
    # masks
    "mask.area": {**CAR, "it": {"mask": "@find"}},
    "mask.blank": {"photo": STREET, "it": {"image": "@photo", "value": "white"}},
    "mask.box": {"it": {"x": 262, "y": 258, "width": 240, "height": 190}},
    "mask.combine": {
        **CAR,
        "left": ("mask.rectangle", {"image": "@photo", "left": 0.0, "top": 0.0, "right": 432.0, "bottom": 512.0}),
        "it": {"mask": "@find", "other": "@left", "how": "intersect"},
    },
    "mask.cut_out": {**DOG, "it": {"image": "@photo", "mask": "@find", "margin": 12}},
    "mask.ellipse": {
        "photo": GARDEN,
        "it": {"image": "@photo", "left": 606.0, "top": 240.0, "right": 744.0, "bottom": 378.0},
    },
    "mask.feather": {**CAR, "it": {"mask": "@find", "pixels": 32}},
    "mask.fill_holes": {
        "photo": GARDEN,
        "petals": ("mask.from_colour", {"image": "@photo", "colour": "#fbc520", "tolerance": 28.0}),
        "it": {"mask": "@petals"},
    },
    "mask.from_boxes": {**BOTH, "it": {"boxes": "@find.boxes", "image": "@photo", "corners": 24.0}},
    "mask.from_brightness": {"photo": ROOM, "it": {"image": "@photo", "low": 180, "high": 255}},
    "mask.from_colour": {"photo": STREET, "it": {"image": "@photo", "colour": "#e02030", "tolerance": 30.0}},
    "mask.from_heat": {"photo": GARDEN, "find": words("tree"), "it": {"heat": "@find.heat", "threshold": 0.3}},
    "mask.grow": {**FLOWER, "it": {"mask": "@find", "pixels": 28}},
    "mask.heat_to_image": {**FLOWER, "it": {"heat": "@find.heat"}},
    "mask.invert": {**CAR, "it": {"mask": "@find"}},
    "mask.largest_parts": {**BOTH, "it": {"mask": "@find", "keep": 1}},
    "mask.overlay": {**CAR, "it": {"image": "@photo", "mask": "@find"}},
    "mask.polygon": {
        "photo": STREET,
        "it": {"image": "@photo", "points": [[24, 196], [169, 82], [314, 196], [286, 334], [52, 334]]},
    },
    "mask.rectangle": {
        "photo": ROOM,
        "it": {"image": "@photo", "left": 294.0, "top": 30.0, "right": 486.0, "bottom": 154.0, "corners": 8.0},
    },
    "mask.require": {**CAR, "it": {"mask": "@find", "smallest": 500}},
    "mask.resize": {
        **CAR,
        "small": ("image.scale", {"image": "@photo", "factor": 0.25}),
        "it": {"mask": "@find", "image": "@small"},
    },
    "mask.shrink": {**FLOWER, "it": {"mask": "@find", "pixels": 16}},
    "mask.smooth": {
        "photo": STREET,
        "green": ("mask.from_colour", {"image": "@photo", "colour": "#38ac3e", "tolerance": 16.0}),
        "it": {"mask": "@green", "pixels": 10},
    },
    "mask.threshold": {
        **CAR,
        "soft": ("mask.feather", {"mask": "@find", "pixels": 32}),
        "it": {"mask": "@soft", "level": 0.8},
    },
    "mask.to_boxes": {**BOTH, "it": {"mask": "@find", "each": "part", "order": "left to right", "smallest": 100}},
    "mask.to_image": {**DOG, "it": {"mask": "@find"}},
    # many things, one after the other
    "stream.average": {**COUNTED, "it": {"numbers": "@numbers"}},
    "stream.cell": {"it": {"row": {"thing": "car", "colour": "red"}, "column": "colour"}},
    "stream.contact_sheet": {**ALL, "it": {"images": "@photo", "columns": 2}},
    "stream.count": {**ALL, "it": {"items": "@files.path"}},
    "stream.cross": {**PAIR, "it": {"left": "@colours", "right": "@things"}},
    "stream.folder": {"it": {"path": "examples"}, "show": ["name", "index"]},
    "stream.gate": {
        **ALL,
        "measure": ("image.sharpness", {"image": "@photo"}),
        "it": {"item": "@photo", "measure": "@measure", "least": 150.0},
    },
    "stream.join": {
        "first": lines("red", "blue"),
        "second": lines("green"),
        "it": {"first": "@first", "second": "@second"},
    },
    "stream.lines": {"it": {"text": "a red car\na blue sofa\na green bicycle"}},
    "stream.repeat": {"it": {"times": 4}},
    "stream.seeds": {"it": {"first": 7, "count": 4}},
    "stream.shuffle": {**THINGS, "it": {"items": "@things", "seed": 3}},
    "stream.take": {**THINGS, "it": {"items": "@things", "count": 2, "skip": 1}},
    "stream.texts": {**THINGS, "it": {"items": "@things"}},
    "stream.values": {"it": {"values": "1-9:2"}},
    "stream.zip": {**PAIR, "it": {"left": "@colours", "right": "@things"}},
    # values
    "value.calculate": {"size": ("value.integer", {"integer": 768}), "it": {"a": "@size", "operation": "/", "b": 2.0}},
    "value.choice": {"it": {"texts": ["a car", "a bicycle", "a dog"], "number": 2}},
    "value.colour": {"it": {"colour": "dark green"}},
    "value.compare": {"it": {"a": 768.0, "relation": ">", "b": 512.0}},
    "value.first_filled": {"it": {"first": "", "second": "a bicycle", "third": "a car"}},
    "value.integer": {"it": {"integer": 768}},
    "value.join": {"it": {"first": "a red car", "second": "in the rain", "third": "at night"}},
    "value.lookup": {
        "it": {"word": "night", "table": "night: a dark blue sky with stars\nday: a bright sky", "otherwise": "a sky"}
    },
    "value.number": {"it": {"number": 0.75}},
    "value.switch": {"it": {"on": True, "yes": "at night", "no": "by day"}},
    "value.template": {
        "it": {"template": "a {colour} {thing} {place}", "thing": "bicycle", "colour": "red", "place": "in the rain"}
    },
    "value.text": {"it": {"text": "Replace the car with a bicycle"}},
    # a look at pictures
    "look.caption": {"photo": STREET, "it": {"image": "@photo"}},
    # tags
    "tag.picture": {"photo": GARDEN, "it": {"image": "@photo"}},
    "tag.tidy": {
        "it": {"tags": "red_car, street, tree, Street", "more": "sky", "exclude": "tree", "trigger": "my style"},
    },
    # better pictures
    "improve.adaptive_median": {
        "photo": STREET,
        "small": ("image.resize", {"image": "@photo", "width": 240, "height": 160}),
        "it": {"image": "@small", "largest": 5},
    },
    "improve.wiener": {"photo": GARDEN, "it": {"image": "@photo", "window": 7, "noise": 20.0}},
    "improve.equalise": {
        "photo": STREET,
        "dull": ("image.adjust", {"image": "@photo", "brightness": 0.7, "contrast": 0.35}),
        "it": {"image": "@dull", "strength": 0.8},
    },
    "improve.clahe": {
        "photo": STREET,
        "dull": ("image.adjust", {"image": "@photo", "brightness": 0.8, "contrast": 0.4}),
        "it": {"image": "@dull", "limit": 4.0, "tiles": 4},
    },
    "improve.grey_world": {
        "photo": ROOM,
        "orange": ("image.solid", {"width": 768, "height": 512, "colour": "#ffb060"}),
        "tinted": ("image.blend", {"image": "@photo", "over": "@orange", "mode": "multiply"}),
        "it": {"image": "@tinted"},
    },
    "improve.deblock": {"photo": STREET, "it": {"image": "@photo", "quality": 8}},
    "improve.dering": {"photo": STREET, "it": {"image": "@photo", "reach": 10, "strength": 60.0}},
    # things moved
    "move.object": {
        **CAR,
        "it": {"image": "@photo", "mask": "@find", "right": -200, "down": 10, "method": "soft", "grow": 20},
    },
    "move.swap": {
        "photo": CARS,
        "red": words("the red car"),
        "blue": words("the blue car"),
        "it": {"image": "@photo", "first": "@red", "second": "@blue", "grow": 16},
        "show": ["image", "mask"],
    },
    # clips
    "video.about": {"it": {"path": "examples/street_pan.mp4"}},
    "video.load": {"it": {"path": "examples/street_pan.mp4", "most": 3}, "show": ["image", "index", "seconds"]},
    "video.follow_mask": {
        "clip": ("video.load", {"path": "examples/street_pan.mp4", "every": 6}),
        "thing": (
            "mask.ellipse",
            {"left": 61.0, "top": 55.0, "right": 231.0, "bottom": 153.0, "width": 224, "height": 160},
        ),
        "it": {"frames": "@clip.image", "mask": "@thing"},
        "show": ["image", "mask"],
    },
    "video.steady_masks": {
        "clip": ("video.load", {"path": "examples/street_pan.mp4", "every": 6}),
        "find": words("car", "@clip.image"),
        "it": {"frames": "@clip.image", "masks": "@find"},
        "show": ["image", "mask"],
    },
}

WITHOUT: dict[str, str] = {
    "control.depth": "its weights are too large to ship",
    "control.guide": "it hands a picture over, and has none of its own to show",
    "control.pose": "its weights are too large to ship",
    "diffusion.depth_to_image": "its weights are too large to ship",
    "improve.upscale": "its weights are too large to ship",
    "video.save": "it writes a film, and no film is shown here",
    "language.ask": "a chat model that follows instructions is too large to ship",
    "language.ask_json": "a chat model that follows instructions is too large to ship",
    "language.irrelevant_tags": "a chat model that follows instructions is too large to ship",
    "language.queries": "a chat model that follows instructions is too large to ship",
    "language.rewrite": "a chat model that follows instructions is too large to ship",
    "language.vary": "a chat model that follows instructions is too large to ship",
    "look.attention": "its weights are too large to ship",
    "look.best_caption": "its weights are too large to ship",
    "look.classify": "its weights are too large to ship",
    "look.clip_score": "its weights are too large to ship",
    "look.explain": "its weights are too large to ship",
    "segment.by_description": "its weights are too large to ship",
    "segment.cut_background": "its weights are too large to ship",
    "segment.everything": "its weights are too large to ship",
    "segment.points": "its weights are too large to ship",
    "stream.rows": "it reads a table of one's own, and none ships",
}


def graph(type_: str) -> dict[str, Any]:
    """The nodes of an example as they stand in a workflow file; "it" is called after its type."""
    example = EXAMPLES[type_]
    rows = {name: row for name, row in example.items() if name not in ("it", "show")} | {"it": (type_, example["it"])}
    own = type_.rpartition(".")[2]
    own = own if own not in rows else f"{own}_it"
    names = {name: own if name == "it" else name for name in rows}
    return {
        names[name]: {"type": kind, "inputs": {socket: _value(value, rows) for socket, value in inputs.items()}}
        for name, (kind, inputs) in rows.items()
    }


def _value(value: Any, rows: dict[str, Any]) -> Any:
    """A value, or the link that it stands for."""
    if not (isinstance(value, str) and value.startswith("@")):
        return value
    from graph import registry

    node, _, output = value[1:].partition(".")
    return {"node": node, "output": output or next(iter(registry[rows[node][0]].outputs))}
