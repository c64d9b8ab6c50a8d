/** Keys that several widgets understand alike. */

/** Whether a key pressed here writes. */
export function inText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("textarea, select, input:not([type=range], [type=checkbox])");
}

const STEPS: Record<string, [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type Key = { key: string; shiftKey: boolean };

/** How far an arrow key goes: to the right and down, ten times as far with Shift; null for other keys. */
export function arrow({ key, shiftKey }: Key, by = 1): [x: number, y: number] | null {
  const step = STEPS[key];
  const far = by * (shiftKey ? 10 : 1);
  return step ? [step[0] * far, step[1] * far] : null;
}

export const isDelete = ({ key }: { key: string }) => key === "Delete" || key === "Backspace";
