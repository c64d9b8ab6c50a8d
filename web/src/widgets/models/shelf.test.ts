import { describe, expect, it } from "vitest";
import { type Fetching, fetchingOf, leftOf, sizeOf } from "./shelf";

const fetching = (more: Partial<Fetching>): Fetching => ({
  id: "1",
  kind: "inpaint",
  name: "a/b",
  done: 50,
  total: 150,
  state: "running",
  since: 0,
  from: 0,
  ...more,
});

describe("models", () => {
  it("says sizes as people do", () => {
    expect(sizeOf(0, "en")).toBe("0 byte");
    expect(sizeOf(1_400_000, "en")).toBe("1.4 MB");
    expect(sizeOf(5_480_000_000, "en")).toBe("5.5 GB");
    expect(sizeOf(5_480_000_000, "de")).toBe("5,5\u00a0GB");
    expect(sizeOf(13_900_000_000, "en")).toBe("14 GB");
  });

  it("tells the time left from the pace", () => {
    expect(leftOf(fetching({}), 10_000)).toBe(20);
    expect(leftOf(fetching({ from: 50 }), 10_000)).toBeNull();
    expect(leftOf(fetching({}), 500)).toBeNull();
    expect(leftOf(fetching({ done: 150 }), 10_000)).toBeNull();
  });

  it("finds the newest order for a model", () => {
    const all = {
      "1": fetching({}),
      "2": fetching({ id: "2", state: "failed" }),
      "3": fetching({ id: "3", name: "c" }),
    };
    expect(fetchingOf(all, "inpaint", "a/b")?.id).toBe("2");
    expect(fetchingOf(all, "chat", "a/b")).toBeUndefined();
  });
});
