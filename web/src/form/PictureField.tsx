/** The picture that a graph works on: dropped, pasted, chosen from the disk, or one of the examples. */

import { ImageUp, LoaderCircle } from "lucide-react";
import { type DragEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { type FileEntry, placeOf, server, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import type { Tab } from "../ui/workspace";
import { BoxLayer } from "./BoxLayer";
import { boxOf } from "./box";
import { labelOf, useFlow, useForm, useParameters, useValues } from "./hooks";
import { Problems } from "./Problems";
import { formValue, type Parameter } from "./params";
import { isDrawable, wholeAddress } from "./results";
import { setUpload, setValue, type Upload } from "./state";
import { fileOf, takeFile } from "./upload";
import "./upload.css";

type Going = Extract<Upload, { busy: string }>;
type Props = { tab: Tab; parameter: Parameter; problems: { what: string; cure: string }[] | undefined };

export function PictureField({ tab, parameter, problems }: Props) {
  const { name } = parameter;
  const id = useId();
  const value = formValue(useFlow(tab), parameter, useValues(tab));
  const upload = useForm(tab.id, (state) => state.uploads[name]);
  const wrong = upload && "what" in upload ? [upload] : problems;
  return (
    <div className="form-field">
      <span className="form-label" id={`${id}-label`}>
        {labelOf(name)}
      </span>
      <Drop id={id} tab={tab} parameter={parameter} value={value} going={upload && "busy" in upload ? upload : null} />
      <BoxHint tab={tab} />
      <Problems list={wrong} />
      <Examples tab={tab} name={name} value={value} />
    </div>
  );
}

function Drop({
  id,
  tab,
  parameter,
  value,
  going,
}: {
  id: string;
  tab: Tab;
  parameter: Parameter;
  value: unknown;
  going: Going | null;
}) {
  const [over, setOver] = useState(false);
  const address = placeOf(value);
  const take = (file: File | null) => {
    if (file) void takeFile(tab.id, parameter.name, file, "image");
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    take(fileOf(event.dataTransfer));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way of several; the button inside does the same
    <div
      className={over ? "form-drop form-drop-over" : "form-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {address && <Shown key={address} tab={tab} address={address} />}
      <DropButton id={id} name={parameter.name} empty={!address} going={going} take={take} />
    </div>
  );
}

function DropButton({
  id,
  name,
  empty,
  going,
  take,
}: {
  id: string;
  name: string;
  empty: boolean;
  going: Going | null;
  take: (file: File | null) => void;
}) {
  const { t } = useTexts();
  const choose = useRef<HTMLInputElement>(null);
  const title = going?.busy || t("form.pasted");
  return (
    <>
      <button
        type="button"
        className={empty ? "form-drop-button form-drop-empty" : "form-drop-button"}
        aria-describedby={`${id}-label`}
        onClick={() => choose.current?.click()}
        disabled={going !== null}
      >
        {going ? <LoaderCircle size={16} className="form-spin" aria-hidden /> : <ImageUp size={16} aria-hidden />}
        <span>{going ? t("form.uploading", { title }) : t(empty ? "form.dropPicture" : "form.changePicture")}</span>
        {empty && !going && <small>{t("form.dropMore")}</small>}
      </button>
      {going && <Progress going={going} title={title} />}
      <input
        ref={choose}
        type="file"
        accept="image/*"
        hidden
        aria-label={labelOf(name)}
        onChange={(event) => {
          take(event.target.files?.[0] ?? null);
          event.target.value = "";
        }}
      />
    </>
  );
}

/** How far a picture is on its way, and the way to stop it. */
function Progress({ going: { part, stop }, title }: { going: Going; title: string }) {
  const { t } = useTexts();
  const percent = Math.floor(part * 100);
  return (
    <div className="form-upload">
      <progress max={100} value={percent} aria-label={t("form.uploading", { title })} />
      <span>{part < 1 ? t("results.percent", { n: percent }) : t("results.checking")}</span>
      <button type="button" className="form-link" aria-label={t("results.stopUpload", { title })} onClick={stop}>
        {t("form.cancel")}
      </button>
    </div>
  );
}

function Shown({ tab, address }: { tab: Tab; address: string }) {
  const { t } = useTexts();
  const [broken, setBroken] = useState(false);
  const parameters = useParameters(tab);
  const box = useMemo(() => boxOf(parameters), [parameters]);
  if (broken) return <p className="form-drop-broken">{t("form.noPreview")}</p>;
  if (box && isDrawable(address))
    return <BoxLayer tab={tab} box={box} src={wholeAddress(address)} onError={() => setBroken(true)} />;
  return <img src={thumbnail(address, 1024)} alt={t("form.yourPicture")} onError={() => setBroken(true)} />;
}

function BoxHint({ tab }: { tab: Tab }) {
  const { t } = useTexts();
  return boxOf(useParameters(tab)) ? <p className="form-help">{t("form.boxHelp")}</p> : null;
}

function Examples({ tab, name, value }: { tab: Tab; name: string; value: unknown }) {
  const { t } = useTexts();
  const [files, setFiles] = useState<FileEntry[]>([]);
  useEffect(() => {
    let gone = false;
    server.files({ root: "examples", limit: 12 }).then(
      (answer) => !gone && setFiles(answer.files.filter((entry) => entry.type.startsWith("image/"))),
      () => {},
    );
    return () => {
      gone = true;
    };
  }, []);
  if (files.length === 0) return null;
  return (
    <fieldset className="form-examples">
      <legend className="form-hidden">{t("form.examples")}</legend>
      {files.map((entry) => {
        const path = `examples/${entry.path}`;
        return (
          <button
            key={path}
            type="button"
            aria-pressed={value === path}
            aria-label={t("form.example", { title: entry.path.replace(/\.\w+$/, "").replaceAll("_", " ") })}
            onClick={() => {
              setUpload(tab.id, name, null);
              setValue(tab.id, name, path);
            }}
          >
            <img src={thumbnail(entry.url, 128)} alt="" loading="lazy" />
          </button>
        );
      })}
    </fieldset>
  );
}
