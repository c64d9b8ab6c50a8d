import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connect, type Event } from "./events";

class Socket {
  static made: Socket[] = [];
  onmessage: (message: { data: string }) => void = () => {};
  onclose: () => void = () => {};
  closed = false;
  constructor(readonly address: string) {
    Socket.made.push(this);
  }
  say(...events: Event[]) {
    this.onmessage({ data: JSON.stringify(events) });
  }
  close() {
    this.closed = true;
    this.onclose();
  }
}

const heard: Event[] = [];
const told: string[] = [];
const open = () =>
  connect(
    (events) => heard.push(...events),
    (state) => told.push(state),
    (address) => new Socket(address) as unknown as WebSocket,
    "ws://x/api/events",
  );

beforeEach(() => {
  vi.useFakeTimers();
  Socket.made.length = heard.length = told.length = 0;
});
afterEach(() => vi.useRealTimers());

const last = () => Socket.made.at(-1) as Socket;

test("after a break it is taken up where it ended", () => {
  open();
  last().say({ type: "hello", cursor: 4, epoch: "e" });
  last().say({ type: "job", seq: 5 }, { type: "job", seq: 6 });
  last().onclose();
  vi.advanceTimersByTime(250);
  expect(last().address).toBe("ws://x/api/events?cursor=6&epoch=e");
  last().say({ type: "hello", cursor: 9, epoch: "e" }, { type: "job", seq: 7 });
  expect(heard.map((event) => event.seq)).toEqual([5, 6, 7]);
  expect(told).toEqual(["up", "down", "up"]);
});

test("a server that began anew, or that forgot, is a gap", () => {
  open();
  last().say({ type: "hello", cursor: 4, epoch: "e" });
  last().onclose();
  vi.advanceTimersByTime(250);
  last().say({ type: "hello", cursor: 0, epoch: "f" });
  last().say({ type: "reset" });
  expect(told).toEqual(["up", "down", "gap", "up", "gap"]);
});

test("tries come slower and slower, and end when it is closed", () => {
  const connection = open();
  for (const pause of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
    const before = Socket.made.length;
    last().onclose();
    vi.advanceTimersByTime(pause - 1);
    expect(Socket.made.length).toBe(before);
    vi.advanceTimersByTime(1);
    expect(Socket.made.length).toBe(before + 1);
  }
  connection.close();
  vi.advanceTimersByTime(60_000);
  expect(Socket.made.length).toBe(8);
});
