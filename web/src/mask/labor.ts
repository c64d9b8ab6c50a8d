/** Long work on a mask, done by a worker so that the page goes on: one task at a time, with word on how far it is. To cancel ends the worker. */

import type { Plane } from "./core/plane";
import type { Outcome, Task } from "./core/task";
import type { Order, Reply } from "./worker";

export class WorkerTrouble extends Error {
  constructor(
    message: string,
    readonly memory: boolean,
  ) {
    super(message);
  }
}

export class Labor {
  private worker: Worker | null = null;
  private stop: (() => void) | null = null;

  /** Resolves to null when it was cancelled. plane: given away. picture: the address of the picture. */
  run(task: Task, plane: Plane, picture: string, tell: (share: number) => void): Promise<Outcome | null> {
    this.cancel();
    this.worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const { worker } = this;
    let mine: () => void;
    return new Promise<Outcome | null>((resolve, reject) => {
      mine = () => resolve(null);
      this.stop = mine;
      worker.onmessage = ({ data }: MessageEvent<Reply>) => {
        if ("share" in data) tell(data.share);
        else if ("outcome" in data) resolve(data.outcome);
        else reject(new WorkerTrouble(data.error, data.memory));
      };
      worker.onerror = (event) => {
        this.close();
        reject(new WorkerTrouble(event.message, false));
      };
      const order: Order = { task, plane, picture };
      worker.postMessage(order, [plane.data.buffer]);
    }).finally(() => {
      if (this.stop === mine) this.stop = null;
    });
  }

  /** End what is being done; the next task gets a new worker. */
  cancel(): void {
    if (!this.stop) return;
    this.stop();
    this.close();
  }

  close(): void {
    this.worker?.terminate();
    this.worker = null;
  }
}
