/** Several nodes often say the same and differ in what to do about it. */

export type Said = { head: string; rest: string[] };

/** Texts that begin alike (up to the first semicolon) as one, with their further parts beneath. Pure. */
export function grouped(texts: string[]): Said[] {
  const found = new Map<string, string[]>();
  for (const text of texts) {
    const at = text.indexOf(";");
    const head = upper(at < 0 ? text : text.slice(0, at));
    const rest = at < 0 ? [] : [upper(text.slice(at + 1).trim())];
    found.set(head, [...(found.get(head) ?? []), ...rest]);
  }
  return [...found].map(([head, rest]) => ({ head, rest }));
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
