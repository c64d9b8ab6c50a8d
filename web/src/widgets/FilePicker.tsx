/** The pictures and other files that the server has, to be chosen from; a new one is uploaded here or dropped in. */

import { Dialog } from "@base-ui/react/dialog";
import { FileText, Upload, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type FileEntry, server, thumbnail } from "../server/api";
import { t, useTexts } from "../texts";
import { NotSent, send } from "../ui/uploads";

const ROOTS = ["files", "examples", "outputs"] as const;
const PAGE = 60;
const PICTURE = /^image\//;

type Props = { of: string; now: string; onChoose: (path: string) => void; onClose: () => void };

/** The path that a workflow says for one of the server's files. */
export const pathOf = (entry: FileEntry) => `${entry.root}/${entry.path}`;

export function FilePicker({ of, now, onChoose, onClose }: Props) {
  useTexts();
  const start = ROOTS.find((name) => now.startsWith(`${name}/`)) ?? "examples";
  const [root, setRoot] = useState<string>(start);
  const [problem, setProblem] = useState("");
  const upload = async (file: File | undefined) => {
    if (!file) return;
    try {
      setProblem("");
      onChoose(pathOf(await send(file, { of })));
    } catch (error) {
      if (!(error instanceof NotSent && error.stopped))
        setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="widget-backdrop" />
        <Dialog.Popup
          className="widget-picker"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            void upload(event.dataTransfer.files[0]);
          }}
        >
          <header>
            <Dialog.Title>{t(of === "image" ? "widget.pickPicture" : "widget.pickFile")}</Dialog.Title>
            <UploadButton of={of} onFile={upload} />
            <Dialog.Close className="widget-button" aria-label={t("widget.close")}>
              <X size={14} aria-hidden />
            </Dialog.Close>
          </header>
          <fieldset className="widget-roots">
            <legend className="widget-hidden">{t("widget.folder")}</legend>
            {ROOTS.map((name) => (
              <button key={name} type="button" aria-pressed={root === name} onClick={() => setRoot(name)}>
                {t(`widget.root_${name}`)}
              </button>
            ))}
          </fieldset>
          {problem && (
            <p role="alert" className="widget-problem">
              {problem}
            </p>
          )}
          <Files key={root} root={root} of={of} now={now} onChoose={onChoose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function UploadButton({ of, onFile }: { of: string; onFile: (file: File | undefined) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="widget-upload" onClick={() => input.current?.click()}>
        <Upload size={14} aria-hidden /> {t("widget.upload")}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept={of === "image" ? "image/*" : undefined}
        onChange={(event) => onFile(event.target.files?.[0])}
      />
    </>
  );
}

function Files({
  root,
  of,
  now,
  onChoose,
}: {
  root: string;
  of: string;
  now: string;
  onChoose: (path: string) => void;
}) {
  const [files, setFiles] = useState<FileEntry[] | null>(null);
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState("");
  const load = async (after?: string) => {
    try {
      const page = await server.files({ root, limit: PAGE, ...(after ? { after } : {}) });
      setFiles((old) => [...(after ? (old ?? []) : []), ...page.files]);
      setMore(page.more);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setFiles([]);
    }
  };
  // The list belongs to one folder for as long as it is shown.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => void load(), []);
  if (problem) return <p role="alert">{problem}</p>;
  if (!files) return <p className="widget-none">{t("widget.loading")}</p>;
  const fitting = of === "image" ? files.filter((entry) => PICTURE.test(entry.type)) : files;
  return (
    <div className="widget-files">
      {!fitting.length && <p className="widget-none">{t("widget.noFiles")}</p>}
      {fitting.map((entry) => (
        <button
          key={pathOf(entry)}
          type="button"
          className="widget-file"
          aria-current={pathOf(entry) === now}
          title={entry.path}
          onClick={() => onChoose(pathOf(entry))}
        >
          {PICTURE.test(entry.type) ? (
            <img src={thumbnail(entry.url)} alt="" loading="lazy" decoding="async" />
          ) : (
            <FileText size={24} aria-hidden />
          )}
          <span>{entry.path}</span>
        </button>
      ))}
      {more && (
        <button type="button" className="widget-upload" onClick={() => void load(files.at(-1)?.path)}>
          {t("widget.more")}
        </button>
      )}
    </div>
  );
}
