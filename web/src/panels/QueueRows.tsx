/** The lines of the queue. Each can be moved by dragging it, and by its menu without a mouse. */

import { Menu } from "@base-ui/react/menu";
import { ChevronDown, ChevronRight, Ellipsis, GripVertical, Layers, X } from "lucide-react";
import type { DragEvent } from "react";
import { run } from "../run/store";
import type { Job } from "../server/api";
import { useTexts } from "../texts";
import { cancel, cancelAll, move, openGraph, prioritise } from "./actions";
import { shortly, varied } from "./axes";
import { type BatchRow, type JobRow, moved, type Way } from "./grouping";
import { listOf, orderOf, useJobs } from "./jobs";
import { useTargetName } from "./ofTab";
import { Bar } from "./parts";

type Drag = { onDragOver: () => void; onDrop: () => void };

const taking = ({ onDragOver, onDrop }: Drag) => ({
  onDragOver: (event: DragEvent) => {
    event.preventDefault();
    onDragOver();
  },
  onDrop: (event: DragEvent) => {
    event.preventDefault();
    onDrop();
  },
});

export function BatchLine({ row, toggle, ...drag }: { row: BatchRow; toggle: (batch: string) => void } & Drag) {
  const { t } = useTexts();
  const title = row.title || t("panels.untitled");
  const Chevron = row.open ? ChevronDown : ChevronRight;
  return (
    <div className="panels-row" {...taking(drag)}>
      <button
        type="button"
        className="panels-fold panels-grow"
        aria-expanded={row.open}
        onClick={() => toggle(row.batch)}
      >
        <Chevron size={16} aria-hidden className="panels-mirror" />
        <Layers size={14} aria-hidden />
        <span className="panels-ellipsis panels-grow">{title}</span>
        <span className="panels-quiet">{t("panels.batchDone", { n: row.done, m: row.total })}</span>
      </button>
      <span className="panels-batch-bar">
        <Bar part={row.total ? row.done / row.total : 0} label={t("panels.progressOf", { title })} />
      </span>
      <Menu.Root>
        <Menu.Trigger className="panels-icon" aria-label={t("panels.moreOf", { title })}>
          <Ellipsis size={16} />
        </Menu.Trigger>
        <Popup>
          <Item onClick={() => prioritise(row.waiting, 1)}>{t("panels.raise")}</Item>
          <Item onClick={() => prioritise(row.waiting, -1)}>{t("panels.lower")}</Item>
          <Item onClick={() => cancelAll(row.waiting)}>{t("panels.cancelRest", { n: row.waiting.length })}</Item>
        </Popup>
      </Menu.Root>
    </div>
  );
}

type JobLineProps = {
  row: JobRow;
  tabId: string;
  marked: boolean;
  onDragStart: () => void;
  onDragEnd: () => void;
} & Drag;

export function JobLine({ row, tabId, marked, onDragStart, onDragEnd, ...drag }: JobLineProps) {
  const { t } = useTexts();
  const nameOf = useTargetName(tabId);
  const { job } = row;
  const title = job.title || t("panels.untitled");
  const values = row.inBatch ? valuesOf(job, nameOf) : "";
  const classes = ["panels-row", row.inBatch && "panels-row-inner", marked && "panels-row-marked"];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is a short cut; the menu does the same by keyboard
    <div
      className={classes.filter(Boolean).join(" ")}
      draggable
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", title);
        onDragStart();
      }}
      onDragEnd={onDragEnd}
      {...taking(drag)}
    >
      <GripVertical size={14} aria-hidden className="panels-grip" />
      <span className="panels-place">{row.place}</span>
      <span className="panels-ellipsis panels-grow" title={values || title}>
        {values || title}
      </span>
      {job.priority !== 0 && (
        <span className="panels-badge">
          {t("panels.priority", { n: job.priority > 0 ? `+${job.priority}` : job.priority })}
        </span>
      )}
      <JobMenu job={job} title={title} />
      <button
        type="button"
        className="panels-icon"
        aria-label={t("panels.cancelPlace", { title, n: row.place })}
        title={t("panels.cancel")}
        onClick={() => cancel(job)}
      >
        <X size={16} />
      </button>
    </div>
  );
}

/** What sets a job of a batch apart: the values in which its jobs differ. */
function valuesOf(job: Job, nameOf: (target: string) => string): string {
  return varied(job.batch ?? "", () => listOf(run.getState().jobs))
    .map((target) => `${nameOf(target)}: ${shortly(job.values?.[target])}`)
    .join(", ");
}

function JobMenu({ job, title }: { job: Job; title: string }) {
  const { t } = useTexts();
  return (
    <Menu.Root>
      <Menu.Trigger className="panels-icon" aria-label={t("panels.moreOf", { title })}>
        <Ellipsis size={16} />
      </Menu.Trigger>
      <Popup>
        <Moves job={job} />
        <Menu.Separator className="panels-separator" />
        <Item onClick={() => prioritise([job], 1)}>{t("panels.raise")}</Item>
        <Item onClick={() => prioritise([job], -1)}>{t("panels.lower")}</Item>
        <Menu.Separator className="panels-separator" />
        <Item onClick={() => openGraph(job)}>{t("panels.openGraph")}</Item>
        <Item onClick={() => cancel(job)}>{t("panels.cancel")}</Item>
      </Popup>
    </Menu.Root>
  );
}

const WAYS: [Way, string][] = [
  ["up", "panels.moveUp"],
  ["down", "panels.moveDown"],
  ["first", "panels.moveFirst"],
  ["last", "panels.moveLast"],
];

/** Only there while the menu is open: whether a job can be moved takes a look at the whole queue. */
function Moves({ job }: { job: Job }) {
  const { t } = useTexts();
  const order = orderOf(useJobs());
  return WAYS.map(([way, text]) => {
    const change = moved(order, job.id, way);
    return (
      <Item key={way} disabled={!change} onClick={() => change && move(job.id, change)}>
        {t(text)}
      </Item>
    );
  });
}

export function Popup({ children }: { children: React.ReactNode }) {
  return (
    <Menu.Portal>
      <Menu.Positioner className="panels-positioner" sideOffset={4} align="end">
        <Menu.Popup className="panels-menu">{children}</Menu.Popup>
      </Menu.Positioner>
    </Menu.Portal>
  );
}

export function Item({
  children,
  disabled = false,
  onClick,
}: {
  children: React.ReactNode;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <Menu.Item className="panels-item" disabled={disabled} onClick={onClick}>
      {children}
    </Menu.Item>
  );
}
