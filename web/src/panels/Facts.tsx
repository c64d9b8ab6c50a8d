/** What is known of a picture, and what can be done with it. */

import { Download, FolderOpen, Star } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import { workspace } from "../ui/workspace";
import { openGraph } from "./actions";
import { Values } from "./JobDetails";
import { mark, marks, tagsIn } from "./marks";
import { useNodeName, useTargetName } from "./ofTab";
import { fileName, type Picture } from "./pictures";
import { SendTo } from "./SendTo";
import { panel } from "./state";
import { clock, duration } from "./times";
import { seedsOf, useOrigin } from "./useOrigin";
import type { Size } from "./zoom";

type Props = {
  picture: Picture;
  size: Size | null;
  tabId: string;
  onUseAsInput?: ((path: string) => void) | undefined;
};

export function Facts({ picture, size, tabId, onUseAsInput }: Props) {
  const { t, code } = useTexts();
  const { job, flow } = useOrigin(picture.job);
  const nameOf = useNodeName(tabId, flow);
  const targetOf = useTargetName(tabId, flow);
  const schemas = useStore(workspace, (state) => state.schemas);
  const seeds = flow ? seedsOf(flow, job?.values ?? {}, schemas) : [];
  return (
    <section className="panels-facts" aria-label={t("gallery.facts")}>
      <Marking path={picture.path} />
      <p className="panels-actions">
        <a className="panels-button" href={picture.url} download={fileName(picture.path)}>
          <Download size={16} aria-hidden />
          {t("gallery.download")}
        </a>
        <SendTo path={picture.path} tabId={tabId} onUseAsInput={onUseAsInput} />
        {job && (
          <button
            type="button"
            className="panels-button"
            onClick={() => {
              panel.setState({ viewed: null });
              void openGraph(job);
            }}
          >
            <FolderOpen size={16} aria-hidden />
            {t("panels.openGraph")}
          </button>
        )}
      </p>
      <dl className="panels-values">
        {job?.title && <Fact name={t("gallery.graph")}>{job.title}</Fact>}
        <Fact name={t("gallery.node")}>{nameOf(picture.node)}</Fact>
        {size && <Fact name={t("gallery.size")}>{t("gallery.pixels", { w: size.width, h: size.height })}</Fact>}
        {job?.ended && <Fact name={t("gallery.made")}>{clock(job.ended, code)}</Fact>}
        {job && job.seconds > 0 && <Fact name={t("gallery.took")}>{duration(job.seconds)}</Fact>}
        {seeds.map(([target, seed]) => (
          <Fact key={target} name={targetOf(target)}>
            {String(seed)}
          </Fact>
        ))}
        <Fact name={t("gallery.file")}>{picture.path}</Fact>
      </dl>
      {job && <Values job={job} tabId={tabId} without={seeds.map(([target]) => target)} />}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <bdi>{children}</bdi>
      </dd>
    </div>
  );
}

function Marking({ path }: { path: string }) {
  const { t } = useTexts();
  const now = useStore(marks, (state) => state.of[path]);
  const [text, setText] = useState((now?.tags ?? []).join(", "));
  const star = now?.star === true;
  const keep = (tags: string[], on: boolean) =>
    mark(path, { ...(tags.length ? { tags } : {}), ...(on ? { star: true } : {}) });
  return (
    <div className="panels-marking">
      <button
        type="button"
        className="panels-button"
        aria-pressed={star}
        title={t("gallery.starKey")}
        onClick={() => keep(now?.tags ?? [], !star)}
      >
        <Star size={16} aria-hidden className={star ? "panels-starred" : undefined} />
        {t(star ? "gallery.isStarred" : "gallery.star")}
      </button>
      <label className="panels-field panels-grow">
        <span className="panels-unseen">{t("gallery.tags")}</span>
        <input
          value={text}
          placeholder={t("gallery.tagsHint")}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => keep(tagsIn(text), star)}
          onKeyDown={(event) => event.key === "Enter" && keep(tagsIn(text), star)}
        />
      </label>
    </div>
  );
}
