/**
 * What happens on the server, over one WebSocket. After a break it is taken up where it ended; `gap` says that something was missed, and `down`
 * and `up` that the server is gone and back.
 */

export type Event = { seq?: number; type: string; job?: string; [more: string]: unknown };
export type Listener = (events: Event[]) => void;

const FIRST_PAUSE = 250; // milliseconds before the first new try; it doubles up to the longest
const LONGEST_PAUSE = 5000;

export type Connection = { close: () => void };

/** hear: gets events in order. told: "up" | "down" | "gap". makeSocket: for tests. */
export function connect(
  hear: Listener,
  told: (state: "up" | "down" | "gap") => void,
  makeSocket: (address: string) => WebSocket = (address) => new WebSocket(address),
  address = new URL("api/events", location.href).href.replace(/^http/, "ws"),
): Connection {
  let socket: WebSocket | null = null;
  let closed = false;
  let pause = FIRST_PAUSE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last: { cursor: number; epoch: string } | null = null;
  let isUp = false;

  const open = () => {
    const query = last ? `?cursor=${last.cursor}&epoch=${encodeURIComponent(last.epoch)}` : "";
    socket = makeSocket(address + query);
    socket.onmessage = (message) => {
      const events = JSON.parse(String(message.data)) as Event[];
      const fresh: Event[] = [];
      for (const event of events) {
        if (event.type === "hello") {
          const epoch = String(event.epoch);
          if (last && last.epoch !== epoch) told("gap");
          last = { cursor: last?.epoch === epoch ? last.cursor : Number(event.cursor), epoch };
          pause = FIRST_PAUSE;
          if (!isUp) told("up");
          isUp = true;
        } else if (event.type === "reset") {
          told("gap");
        } else {
          if (event.seq !== undefined && last) last.cursor = event.seq;
          fresh.push(event);
        }
      }
      if (fresh.length) hear(fresh);
    };
    socket.onclose = () => {
      if (closed) return;
      if (isUp) told("down");
      isUp = false;
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
  };
  open();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      socket?.close();
    },
  };
}
