/** A sheet of thumbnails, of which only those in sight are in the page. */

import { Star } from "lucide-react";
import { useRef } from "react";
import { useStore } from "zustand/react";
import { run } from "../run/store";
import { type Job, thumbnail } from "../server/api";
import { useTexts } from "../texts";
import { marks } from "./marks";
import { Bar, Thumb } from "./parts";
import { fileName, type Picture } from "./pictures";
import { current, usePace } from "./Queue";
import { panel } from "./state";
import { useRowPixels, useView } from "./VirtualList";
import { columnsIn, inSight } from "./windowing";

const GAP = 8; // pixels
const EDGE = 12;
const LEAST = 7.5; // rem of a tile
const CAPTION = 1.75; // rem

type Tile = { kind: "picture"; picture: Picture } | { kind: "running"; job: Job };

export function Sheet({ pictures, jobs }: { pictures: Picture[]; jobs: Job[] }) {
  const { t } = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const view = useView(frame);
  const least = useRowPixels(LEAST);
  const caption = useRowPixels(CAPTION);
  const width = view.width - 2 * EDGE;
  const columns = columnsIn(width, least, GAP);
  const side = Math.floor((width - GAP * (columns - 1)) / columns);
  const height = side + caption + GAP;
  const running = jobs.filter((job) => job.status === "running").map((job): Tile => ({ kind: "running", job }));
  const tiles = [...running, ...pictures.map((picture): Tile => ({ kind: "picture", picture }))];
  const rows = { count: Math.ceil(tiles.length / columns), height };
  const { first, after } = inSight(view, rows, 2);
  return (
    <div ref={frame} className="panels-scroll">
      <ul className="panels-sheet" aria-label={t("gallery.pictures")} style={{ height: rows.count * height + EDGE }}>
        {tiles.slice(first * columns, after * columns).map((tile, index) => {
          const at = first * columns + index;
          return (
            <li
              key={tile.kind === "running" ? `running ${tile.job.id}` : tile.picture.key}
              className="panels-tile"
              aria-setsize={tiles.length}
              aria-posinset={at + 1}
              style={{
                inlineSize: side,
                blockSize: side + caption,
                insetInlineStart: EDGE + (at % columns) * (side + GAP),
                insetBlockStart: EDGE / 2 + Math.floor(at / columns) * height,
              }}
            >
              {tile.kind === "running" ? <RunningTile job={tile.job} /> : <PictureTile picture={tile.picture} />}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function RunningTile({ job }: { job: Job }) {
  const { t } = useTexts();
  const nodes = useStore(run, (state) => state.runs[job.id]?.nodes);
  const { part } = usePace(job);
  const [, node] = current(nodes ?? {});
  const title = job.title || t("panels.untitled");
  return (
    <>
      <span className="panels-tile-picture panels-tile-running">
        {node?.preview && <img src={node.preview} alt={t("panels.preview", { title })} />}
      </span>
      <span className="panels-tile-caption">
        <Bar part={part} label={t("panels.progressOf", { title })} />
      </span>
    </>
  );
}

export function PictureTile({ picture }: { picture: Picture }) {
  const { t } = useTexts();
  const name = fileName(picture.path);
  const star = useStore(marks, (state) => state.of[picture.path]?.star === true);
  const chosen = useStore(panel, (state) => state.chosen.indexOf(picture.key));
  return (
    <>
      <button
        type="button"
        className="panels-tile-picture"
        aria-label={t("gallery.view", { name })}
        onClick={() => panel.setState({ viewed: picture.key, looking: "picture" })}
      >
        <Thumb src={thumbnail(picture.url, 512)} alt="" />
        {star && <Star size={14} className="panels-tile-star" aria-label={t("gallery.isStarred")} />}
      </button>
      <label
        className={chosen < 0 ? "panels-tile-choose" : "panels-tile-choose panels-tile-chosen"}
        title={t("gallery.chooseHint")}
      >
        <input
          type="checkbox"
          checked={chosen >= 0}
          aria-label={t("gallery.choose", { name })}
          onChange={() => choose(picture.key)}
        />
      </label>
      <span className="panels-tile-caption panels-ellipsis panels-quiet" title={name}>
        {name}
      </span>
    </>
  );
}

/** At most two are chosen; a third takes the place of the older one. */
export function choose(key: string): void {
  panel.setState(({ chosen }) => ({
    chosen: chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key].slice(-2),
  }));
}
