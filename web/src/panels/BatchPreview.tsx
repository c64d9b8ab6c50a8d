/** The first jobs of a batch, before they are queued. */

import { useTexts } from "../texts";
import { shortly } from "./axes";
import { nameOf } from "./BatchColumn";
import type { Filled } from "./batch";
import { firstRows, type Mode, rowCount } from "./values";

const ROWS = 6;

export function BatchPreview({ columns, mode }: { columns: Filled[]; mode: Mode }) {
  const { t } = useTexts();
  const values = columns.map((column) => column.values);
  const rows = columns.length && values.every((column) => column.length) ? firstRows(values, mode, ROWS) : [];
  const count = rowCount(values, mode);
  if (!rows.length) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard
    <section className="batch-preview" aria-label={t("batch.preview")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("batch.number")}</th>
            {columns.map(({ target, candidate }) => (
              <th key={target} scope="col">
                {nameOf(candidate)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its number
            <tr key={index}>
              <td className="panels-quiet">{index + 1}</td>
              {columns.map(({ target }, at) => (
                <td key={target}>{shortly(row[at])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {count !== null && count > rows.length && (
        <p className="panels-quiet">{t("batch.more", { n: count - rows.length })}</p>
      )}
    </section>
  );
}
