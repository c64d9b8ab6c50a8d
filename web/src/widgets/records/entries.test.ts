import { describe, expect, it } from "vitest";
import type { RecordKind } from "../../doc/schema";
import { after, brief, entryOf, found, kindOf, moved, withField } from "./entries";

const blur: RecordKind = {
  name: "blur",
  title: "Blur",
  help: "Make it soft.",
  fields: { radius: { type: "number", help: "", default: 2 } },
};
const stick: RecordKind = {
  name: "stick_on",
  title: "Stick on",
  help: "Put a soft picture on it.",
  fields: { picture: { type: "text", help: "" }, at: { type: "points", help: "", default: [[0, 0, 1]] } },
};

describe("a list of records", () => {
  it("knows the kind of an entry", () => {
    expect(kindOf({ do: "blur" }, [blur, stick])).toBe(blur);
    expect(kindOf({}, [blur])).toBe(blur);
    expect(kindOf({}, [blur, stick])).toBeUndefined();
    expect(kindOf({ do: "gone" }, [blur])).toBeUndefined();
    expect(kindOf(3, [blur])).toBeUndefined();
  });

  it("makes entries that say no more than they must", () => {
    expect(entryOf(blur, [blur, stick])).toEqual({ do: "blur" });
    expect(entryOf(blur, [blur])).toEqual({});
    expect(entryOf(stick, [blur, stick])).toEqual({ do: "stick_on", picture: "" });
  });

  it("sets fields and leaves them to their defaults again", () => {
    expect(withField({ do: "blur" }, "radius", 3)).toEqual({ do: "blur", radius: 3 });
    expect(Object.keys(withField({ radius: 1, do: "blur" }, "radius", 3))).toEqual(["radius", "do"]);
    expect(withField({ do: "blur", radius: 3 }, "radius", undefined)).toEqual({ do: "blur" });
  });

  it("moves entries, and says where the others went", () => {
    const entries = ["a", "b", "c", "d"];
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++) {
        const next = moved(entries, from, to);
        expect(entries.map((_, index) => next[after(index, from, to)])).toEqual(entries);
      }
    }
    expect(moved(entries, 0, 99)).toEqual(["b", "c", "d", "a"]);
  });

  it("tells and finds", () => {
    expect(brief({ do: "blur", radius: 3 }, blur)).toBe("radius 3");
    expect(found([blur, stick], "soft").map((kind) => kind.name)).toEqual(["blur", "stick_on"]);
    expect(found([stick, blur], "blur").map((kind) => kind.name)).toEqual(["blur"]);
    expect(found([stick, blur], "")).toHaveLength(2);
  });
});
