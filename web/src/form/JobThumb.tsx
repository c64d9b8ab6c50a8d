/** The first picture that a job made, small, as a button. A job whose files are gone is not shown. */

import { type Job, thumbnail } from "../server/api";
import { picturesOf } from "./results";

type Props = { job: Job; label: string; title?: string; pressed?: boolean; onClick: () => void };

export function JobThumb({ job, label, title = label, pressed, onClick }: Props) {
  return (
    <button
      type="button"
      className="form-thumb"
      aria-pressed={pressed}
      aria-label={label}
      title={title}
      onClick={onClick}
    >
      <img
        src={thumbnail(`/${picturesOf(job)[0]?.address ?? ""}`, 256)}
        alt=""
        loading="lazy"
        onError={({ currentTarget }) => {
          const button = currentTarget.closest("button");
          if (button) button.hidden = true;
        }}
      />
    </button>
  );
}
