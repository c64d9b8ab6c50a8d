import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LANGUAGES } from ".";

type Catalogue = Record<string, Record<string, string>>;
const read = (code: string) =>
  JSON.parse(readFileSync(new URL(`./${code}.json`, import.meta.url), "utf-8")) as Catalogue;
const flat = (all: Catalogue) =>
  Object.fromEntries(
    Object.entries(all).flatMap(([area, texts]) =>
      Object.entries(texts).map(([name, text]) => [`${area}.${name}`, text]),
    ),
  );
const english = flat(read("en"));
const holes = (text = "") => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test.each(LANGUAGES.map((language) => language.code))("%s has every text, with the same places to fill in", (code) => {
  const texts = flat(read(code));
  expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
  for (const [address, text] of Object.entries(english))
    expect([address, ...holes(texts[address])]).toEqual([address, ...holes(text)]);
});

test("every text that the page asks for is there", () => {
  const root = new URL("..", import.meta.url);
  const files = readdirSync(root, { recursive: true })
    .map(String)
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."));
  const asked = files.flatMap((name) =>
    [...readFileSync(new URL(name, root), "utf-8").matchAll(/\bt\(\s*"([\w.]+)"/g)].map((found) => found[1] ?? ""),
  );
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((address) => !(address in english))).toEqual([]);
});
