/** What went wrong, as a person is told: what happened, and what helps. */

import { ServerError, Unreachable } from "../server/api";
import { t } from "../texts";
import { WorkerTrouble } from "./labor";
import { LARGEST, PictureError } from "./picture";
import type { Trouble } from "./state";

export function troubleOf(error: unknown): Trouble {
  if (error instanceof PictureError) {
    const { trouble } = error;
    if (trouble.kind === "load") return { what: t("mask.notLoaded"), cure: t("mask.notLoadedCure") };
    const { width, height } = trouble;
    return {
      what: t("mask.tooLarge", { width, height, largest: LARGEST }),
      cure: t("mask.tooLargeCure", { largest: LARGEST }),
    };
  }
  if (error instanceof Unreachable) return { what: t("mask.serverGone"), cure: t("mask.serverGoneCure") };
  if (error instanceof ServerError) {
    const [problem] = error.problems;
    const what = problem?.what ?? error.what;
    return { what: what || t("mask.jobEnded"), cure: (problem?.cure ?? error.cure) || t("mask.tryAgain") };
  }
  if (error instanceof RangeError || (error instanceof WorkerTrouble && error.memory))
    return { what: t("mask.noMemory"), cure: t("mask.noMemoryCure") };
  return { what: error instanceof Error ? error.message : String(error), cure: t("mask.tryAgain") };
}
