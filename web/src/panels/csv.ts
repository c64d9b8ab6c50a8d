/** Tables of values as text: CSV as spreadsheets write it, with commas, semicolons or tabs. */

const SIGNS = ["\t", ";", ","] as const;

/** Rows of cells. A quoted cell may hold separators and line ends; "" in it is one quote. Empty lines are passed over. */
export function readTable(text: string): string[][] {
  const clean = text.replace(/^\uFEFF/, "");
  const sign = separatorOf(clean);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
  };
  const endRow = () => {
    endCell();
    if (row.some((entry) => entry.trim() !== "")) rows.push(row.map((entry) => entry.trim()));
    row = [];
  };
  for (let at = 0; at < clean.length; at++) {
    const letter = clean[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (clean[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (letter === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (letter === sign) endCell();
    else if (letter === "\n") endRow();
    else if (letter !== "\r") cell += letter;
  }
  if (cell !== "" || row.length) endRow();
  return rows;
}

/** The sign that separates the cells: the one that the first line has most of. */
function separatorOf(text: string): string {
  const [line = ""] = text.split(/\r?\n/, 1);
  const counts = SIGNS.map((sign) => line.split(sign).length);
  const most = Math.max(...counts);
  return SIGNS[counts.indexOf(most)] ?? ",";
}

/** A table's columns by the names in its first row. */
export function columnsOf(rows: string[][]): { name: string; cells: string[] }[] {
  const [head = [], ...body] = rows;
  return head.map((name, index) => ({ name, cells: body.map((row) => row[index] ?? "") })).filter(({ name }) => name);
}
