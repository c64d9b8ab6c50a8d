import { expect, it } from "vitest";
import { placeOf, thumbnail } from "./api";

it("has an address only for what lies in the server's folders", () => {
  expect(placeOf("files/a #1.png")).toBe("files/a%20%231.png");
  expect(placeOf("outputs/deep/er/ä.png")).toBe("outputs/deep/er/%C3%A4.png");
  for (const other of ["/elsewhere/files/x.png", "mine.png", "files/", "files", "", 3, null, undefined])
    expect(placeOf(other)).toBeNull();
  expect(thumbnail("api/files/outputs/a.png", 64)).toBe("api/thumbnails/outputs/a.png?size=64");
});
