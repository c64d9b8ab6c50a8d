/** One column of a batch: its values, one per line, and what is wrong with which of them. */

import { Dices, Files, X } from "lucide-react";
import { useRef, useState } from "react";
import type { Problem } from "../server/api";
import { useTexts } from "../texts";
import { send } from "../ui/uploads";
import type { Candidate, Filled } from "./batch";
import { orTell } from "./tell";

const SHOWN = 4; // complaints
const SEEDS = 4;

type Props = { column: Filled; problems: Problem[]; onText: (text: string) => void; onRemove: () => void };

export function nameOf(candidate: Candidate): string {
  return candidate.parameter ?? candidate.socket.replaceAll("_", " ");
}

export function BatchColumn({ column, problems, onText, onRemove }: Props) {
  const { t } = useTexts();
  const { candidate, text, values, complaints } = column;
  const name = nameOf(candidate);
  const id = `batch-${column.target}`;
  const add = (lines: string[]) => onText([text.trimEnd(), ...lines].filter(Boolean).join("\n"));
  return (
    <section className="batch-column" aria-label={name}>
      <div className="panels-line">
        <label className="panels-ellipsis panels-grow panels-strong" htmlFor={id} title={candidate.schema.help}>
          {name}
        </label>
        <span className="panels-quiet">{t("batch.values", { n: values.length })}</span>
        <button
          type="button"
          className="panels-icon"
          aria-label={t("batch.remove", { name })}
          title={t("batch.remove", { name })}
          onClick={onRemove}
        >
          <X size={16} />
        </button>
      </div>
      <p className="panels-quiet panels-ellipsis batch-kind">{kindOf(candidate, t)}</p>
      <textarea
        id={id}
        rows={5}
        value={text}
        spellCheck={false}
        dir={candidate.schema.type === "text" && candidate.schema.widget?.kind !== "file" ? "auto" : "ltr"}
        aria-invalid={complaints.length > 0 || problems.length > 0}
        aria-describedby={`${id}-wrong`}
        placeholder={placeholderOf(candidate, t)}
        onChange={(event) => onText(event.target.value)}
      />
      {candidate.schema.widget?.kind === "seed" && (
        <button type="button" className="panels-button panels-plain" onClick={() => add(seeds())}>
          <Dices size={16} aria-hidden />
          {t("batch.addSeeds", { n: SEEDS })}
        </button>
      )}
      {candidate.schema.widget?.kind === "file" && <AddFiles onPaths={add} />}
      <ul id={`${id}-wrong`} className="batch-wrong">
        {complaints.slice(0, SHOWN).map(({ line, why, fill }) => (
          <li key={`${line} ${why}`}>{t("batch.line", { n: line, why: t(`batch.${why}`, fill) })}</li>
        ))}
        {complaints.length > SHOWN && <li>{t("batch.moreWrong", { n: complaints.length - SHOWN })}</li>}
        {problems.slice(0, SHOWN).map((problem) => (
          <li key={problem.what}>
            {problem.what} <span className="panels-quiet">{problem.cure}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

type Text = ReturnType<typeof useTexts>["t"];

/** "number, 0 to 1", and the node where the input is no parameter. */
function kindOf({ schema, parameter, title }: Candidate, t: Text): string {
  const range =
    schema.widget?.kind === "slider"
      ? t("batch.range", { type: schema.type, low: schema.widget.low, high: schema.widget.high })
      : schema.type;
  return parameter === null ? t("batch.kindOf", { title, type: range }) : range;
}

function placeholderOf({ schema, now }: Candidate, t: Text): string {
  if (schema.choices?.length) return schema.choices.slice(0, 4).join("\n");
  if (schema.type === "integer") return t("batch.integerExample");
  if (schema.type === "number") return t("batch.numberExample");
  return typeof now === "string" && now ? now : t("batch.oneEach");
}

function seeds(): string[] {
  return [...crypto.getRandomValues(new Uint32Array(SEEDS))].map(String);
}

function AddFiles({ onPaths }: { onPaths: (paths: string[]) => void }) {
  const { t } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const upload = async (files: File[]) => {
    setBusy(true);
    const paths: string[] = [];
    await orTell(t("batch.notUploaded"), async () => {
      for (const file of files) {
        const entry = await send(file);
        paths.push(`${entry.root}/${entry.path}`);
      }
    });
    setBusy(false);
    if (paths.length) onPaths(paths);
  };
  return (
    <>
      <button
        type="button"
        className="panels-button panels-plain"
        disabled={busy}
        onClick={() => input.current?.click()}
      >
        <Files size={16} aria-hidden />
        {t(busy ? "batch.uploading" : "batch.addFiles")}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t("batch.addFiles")}
        onChange={(event) => {
          void upload([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
