/** One picture to look at closely: wheel and keys zoom, dragging moves, and near enough its pixels are squares. */

import { Maximize, Minus, Plus } from "lucide-react";
import {
  type CSSProperties,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTexts } from "../texts";
import { centred, fitted, SHARP, type Size, type View, within, zoomed } from "./zoom";

const STEP = 1.25; // of one press
const WHEEL = 0.0015; // of one pixel of the wheel

export function ZoomView({ src, alt, onSize }: { src: string; alt: string; onSize: (size: Size) => void }) {
  const { t } = useTexts();
  const frame = useRef<HTMLDivElement>(null);
  const [gone, setGone] = useState(false);
  const { view, load, orders, change } = useZoom(frame);
  const percent = view ? Math.round(view.scale * 100) : 100;
  return (
    <div className="panels-zoom">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons below and the keys do the same */}
      <div
        ref={frame}
        className="panels-zoom-frame"
        dir="ltr"
        {...dragging(change)}
        onDoubleClick={percent === 100 ? orders.fit : orders.whole}
      >
        {gone && <p className="panels-gone">{t("gallery.gone")}</p>}
        <img
          src={src}
          alt={alt}
          draggable={false}
          hidden={gone}
          style={styleOf(view)}
          onError={() => setGone(true)}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            const size = { width: naturalWidth, height: naturalHeight };
            setGone(false);
            load(size);
            onSize(size);
          }}
        />
      </div>
      <ZoomBar percent={percent} orders={orders} />
    </div>
  );
}

function styleOf(view: View | null): CSSProperties {
  if (!view) return { visibility: "hidden" };
  return {
    transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    ...(view.scale >= SHARP ? { imageRendering: "pixelated" } : {}),
  };
}

type Orders = { middle: (factor: number) => void; fit: () => void; whole: () => void };

/** Where the picture lies, and what moves it. */
function useZoom(frame: React.RefObject<HTMLElement | null>) {
  const [size, setSize] = useState<Size | null>(null);
  const [view, setView] = useState<View | null>(null);
  const room = useCallback((): Size => {
    const { clientWidth = 1, clientHeight = 1 } = frame.current ?? {};
    return { width: clientWidth, height: clientHeight };
  }, [frame]);
  const change = useCallback(
    (how: (now: View, room: Size) => View) => {
      if (size) setView((now) => (now ? within(how(now, room()), size, room()) : now));
    },
    [size, room],
  );
  const orders = useMemo((): Orders => {
    const centre = ({ width, height }: Size) => ({ x: width / 2, y: height / 2 });
    return {
      middle: (factor) => change((now, frameSize) => zoomed(now, factor, centre(frameSize))),
      fit: () => size && setView(fitted(size, room())),
      whole: () => size && change((_, frameSize) => centred(1, size, frameSize)),
    };
  }, [change, size, room]);
  useKeys(orders);
  useWheel(frame, change);
  useRefit(frame, orders.fit);
  const load = (real: Size) => {
    setSize(real);
    setView(fitted(real, room()));
  };
  return { view, load, orders, change };
}

function ZoomBar({ percent, orders }: { percent: number; orders: Orders }) {
  const { t } = useTexts();
  const button = (name: string, icon: ReactNode, onClick: () => void) => (
    <button type="button" className="panels-icon" aria-label={t(name)} title={t(name)} onClick={onClick}>
      {icon}
    </button>
  );
  return (
    <div className="panels-zoom-bar" role="toolbar" aria-label={t("gallery.zoom")}>
      {button("gallery.zoomOut", <Minus size={16} />, () => orders.middle(1 / STEP))}
      <button
        type="button"
        className="panels-button panels-plain panels-percent"
        aria-label={t("gallery.fullSize", { n: percent })}
        title={t("gallery.fullSizeHint")}
        onClick={orders.whole}
      >
        <bdi>{t("gallery.percent", { n: percent })}</bdi>
      </button>
      {button("gallery.zoomIn", <Plus size={16} />, () => orders.middle(STEP))}
      {button("gallery.fit", <Maximize size={16} />, orders.fit)}
    </div>
  );
}

type Change = (how: (now: View, room: Size) => View) => void;

function useKeys({ middle, fit, whole }: Orders): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const order = {
        "+": () => middle(STEP),
        "=": () => middle(STEP),
        "-": () => middle(1 / STEP),
        "0": fit,
        "1": whole,
      }[event.key];
      if (!order) return;
      event.preventDefault();
      order();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [middle, fit, whole]);
}

/** Whether a key belongs to the field that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches("input, textarea, select") || target.isContentEditable);
}

function useWheel(frame: React.RefObject<HTMLElement | null>, change: Change): void {
  useEffect(() => {
    const element = frame.current;
    const turn = (event: WheelEvent) => {
      event.preventDefault(); // which React's own listener may not
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
      const point = { x: event.clientX - box.left, y: event.clientY - box.top };
      const pixels = event.deltaMode === 1 ? event.deltaY * 33 : event.deltaY;
      change((now) => zoomed(now, Math.exp(-pixels * WHEEL), point));
    };
    element?.addEventListener("wheel", turn, { passive: false });
    return () => element?.removeEventListener("wheel", turn);
  }, [frame, change]);
}

/** A frame of another size shows the whole picture again. */
function useRefit(frame: React.RefObject<HTMLElement | null>, fit: () => void): void {
  useEffect(() => {
    const watcher = new ResizeObserver(fit);
    if (frame.current) watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, [frame, fit]);
}

function dragging(change: Change) {
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button === 0 || event.button === 1) event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
      const { movementX, movementY } = event;
      change((now) => ({ ...now, x: now.x + movementX, y: now.y + movementY }));
    },
  };
}
