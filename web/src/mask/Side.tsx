/** Beside the picture: how the mask is shown, what can be done to all of it, and the list of masks. */

import { useState } from "react";
import { useStore } from "zustand/react";
import { useTexts } from "../texts";
import type { Task } from "./core/task";
import { Layers } from "./Layers";
import { Range } from "./Range";
import type { Session } from "./session";
import { COLOURS } from "./state";

export function Side({ session }: { session: Session }) {
  const ready = useStore(session.store, (state) => state.phase === "ready");
  return (
    <aside className="mask-side">
      {ready && (
        <>
          <View session={session} />
          <Change session={session} />
          <Layers session={session} />
        </>
      )}
    </aside>
  );
}

const LOOKS = [
  { look: "overlay", text: "mask.lookOverlay" },
  { look: "mask", text: "mask.lookMask" },
  { look: "outline", text: "mask.lookOutline" },
] as const;

function View({ session }: { session: Session }) {
  const { t } = useTexts();
  const look = useStore(session.store, (state) => state.look);
  const opacity = useStore(session.store, (state) => state.opacity);
  const colour = useStore(session.store, (state) => state.colour);
  return (
    <section className="mask-section" aria-labelledby="mask-view">
      <h3 id="mask-view">{t("mask.view")}</h3>
      <fieldset className="mask-segments" title={t("mask.withKey", { name: t("mask.look"), key: "V" })}>
        <legend className="studio-title">{t("mask.look")}</legend>
        {LOOKS.map((entry) => (
          <button
            key={entry.look}
            type="button"
            aria-pressed={look === entry.look}
            onClick={() => session.set({ look: entry.look })}
          >
            {t(entry.text)}
          </button>
        ))}
      </fieldset>
      {look === "overlay" && (
        <>
          <fieldset className="mask-colours">
            <legend className="studio-title">{t("mask.colour")}</legend>
            {COLOURS.map(({ name, rgb }, index) => (
              <button
                key={name}
                type="button"
                aria-label={t(`mask.${name}`)}
                title={t(`mask.${name}`)}
                aria-pressed={colour === index}
                style={{ backgroundColor: `rgb(${rgb.join(" ")})` }}
                onClick={() => session.set({ colour: index })}
              />
            ))}
          </fieldset>
          <Range
            label={t("mask.strength")}
            value={opacity * 100}
            limits={[5, 100]}
            unit="%"
            onChange={(value) => session.set({ opacity: value / 100 })}
          />
        </>
      )}
    </section>
  );
}

function Change({ session }: { session: Session }) {
  const { t } = useTexts();
  const [by, setBy] = useState(8);
  const working = useStore(session.store, (state) => state.working !== null);
  const actions: [string, Task][] = [
    ["grow", { kind: "grow", by }],
    ["shrink", { kind: "grow", by: -by }],
    ["feather", { kind: "feather", by }],
    ["invert", { kind: "invert" }],
    ["fillAll", { kind: "fill", value: 255 }],
    ["clear", { kind: "fill", value: 0 }],
  ];
  return (
    <section className="mask-section" aria-labelledby="mask-change">
      <h3 id="mask-change">{t("mask.change")}</h3>
      <Range label={t("mask.by")} value={by} limits={[1, 200]} unit="px" onChange={setBy} />
      <div className="mask-grid">
        {actions.map(([name, task]) => (
          <button
            key={name}
            type="button"
            className="ui-button mask-button"
            disabled={working}
            onClick={() => void session.work(task)}
          >
            {t(`mask.${name}`)}
          </button>
        ))}
      </div>
    </section>
  );
}
