/** A node at work: what went in, and what came out when it was really run. */

import { ArrowRight } from "lucide-react";
import { useEffect } from "react";
import { useStore } from "zustand/react";
import { TypeSign } from "../../nodes/Socket";
import { useTexts } from "../../texts";
import { examples, loadExamples, type Shown } from "./state";
import "./example.css";

const FEW = 3; // settings that are told beside the pictures

/** The example of a node type; undefined where there is none, or none yet. */
export function useExample(type: string) {
  useEffect(() => void loadExamples(), []);
  return useStore(examples, (state) => state.rows?.[type]);
}

export function ExampleShown({ type, small = false }: { type: string; small?: boolean }) {
  const { t } = useTexts();
  const example = useExample(type);
  if (!example) return null;
  const pictures = example.in.filter((row) => row.picture);
  // A size is worth telling where it changes.
  const sized = new Set([...example.in, ...example.out].flatMap((row) => row.pixels?.join() ?? [])).size > 1;
  const texts = example.in.filter((row) => row.text !== undefined).slice(0, pictures.length ? FEW : undefined);
  return (
    <figure
      className={small ? "browser-example browser-example-small" : "browser-example"}
      aria-label={t("browser.example")}
    >
      {example.in.length > 0 && <Side rows={[...pictures, ...texts]} title={t("browser.in")} sized={sized} />}
      <ArrowRight size={16} className="browser-arrow" aria-hidden />
      <Side rows={example.out} title={t("browser.out")} sized={sized} />
    </figure>
  );
}

function Side({ rows, title, sized }: { rows: Shown[]; title: string; sized: boolean }) {
  return (
    <section className="browser-side" aria-label={title}>
      {rows.map((row) =>
        row.picture ? <Picture key={row.name} row={row} sized={sized} /> : <Words key={row.name} row={row} />,
      )}
    </section>
  );
}

function Picture({ row, sized }: { row: Shown; sized: boolean }) {
  const { t } = useTexts();
  const [width, height] = row.size ?? [256, 256];
  const name = row.name.replaceAll("_", " ");
  return (
    <div className="browser-picture">
      <img
        src={`nodes/${encodeURIComponent(row.picture ?? "")}`}
        alt={t("browser.picture", { name })}
        width={width}
        height={height}
        loading="lazy"
        decoding="async"
      />
      <span className="browser-caption">
        <TypeSign type={row.type} />
        <span>{name}</span>
        {sized && row.pixels && <bdi>{t("canvas.size", { width: row.pixels[0], height: row.pixels[1] })}</bdi>}
      </span>
    </div>
  );
}

function Words({ row }: { row: Shown }) {
  const { t } = useTexts();
  return (
    <div className="browser-words">
      <span className="browser-caption">
        <TypeSign type={row.type} />
        <span>{row.name.replaceAll("_", " ")}</span>
      </span>
      <bdi className="browser-value">
        {row.type === "color" && <Swatch colour={row.text ?? ""} />}
        {row.text === "" ? t("browser.empty") : row.text}
      </bdi>
    </div>
  );
}

function Swatch({ colour }: { colour: string }) {
  return /^#[0-9a-f]{6}$/i.test(colour) ? (
    <span className="browser-swatch" style={{ background: colour }} aria-hidden="true" />
  ) : null;
}
