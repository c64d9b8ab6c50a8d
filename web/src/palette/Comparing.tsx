/** Choosing what to compare: one input or two, the values of each, and where the pictures come from. */

import { lazy, Suspense } from "react";
import { useView } from "../view/context";

const Form = lazy(() => import("./ComparingForm"));

export function Comparing() {
  const comparing = useView((state) => state.comparing);
  return (
    comparing && (
      <Suspense>
        <Form key={`${comparing.node}.${comparing.socket}`} {...comparing} />
      </Suspense>
    )
  );
}
