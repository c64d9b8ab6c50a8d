import { useId } from "react";
import { SIZE_LIMITS } from "./state";

type Props = {
  label: string;
  value: number;
  limits: readonly [number, number];
  unit?: string;
  onChange: (value: number) => void;
};

/** A slider with its number. */
export function Range({ label, value, limits: [low, high], unit, onChange }: Props) {
  const id = useId();
  const shown = Math.round(value);
  return (
    <div className="mask-range">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={low}
        max={high}
        value={shown}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <Digits label={label} value={shown} limits={[low, high]} onChange={onChange} unit={unit} />
    </div>
  );
}

/** The brush's size: small ones need fine steps, large ones coarse, so the slider goes by factors. */
export function SizeRange({ label, value, onChange }: Omit<Props, "limits" | "unit">) {
  const id = useId();
  const top = Math.log(SIZE_LIMITS[1]);
  return (
    <div className="mask-range">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={0.005}
        value={Math.log(value) / top}
        aria-valuetext={String(value)}
        onChange={(event) => onChange(Math.max(1, Math.round(Math.exp(Number(event.target.value) * top))))}
      />
      <Digits label={label} value={value} limits={SIZE_LIMITS} onChange={onChange} unit="px" />
    </div>
  );
}

function Digits({
  label,
  value,
  limits: [low, high],
  unit,
  onChange,
}: Omit<Props, "unit"> & { unit: string | undefined }) {
  return (
    <span className="mask-digits">
      <input
        type="number"
        aria-label={label}
        min={low}
        max={high}
        value={value}
        onChange={(event) => {
          const next = event.target.valueAsNumber;
          if (Number.isFinite(next)) onChange(Math.min(high, Math.max(low, next)));
        }}
      />
      {unit && <span aria-hidden>{unit}</span>}
    </span>
  );
}
