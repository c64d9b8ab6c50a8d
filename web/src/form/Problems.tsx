/** What is wrong, in the server's words, and the way out. */

import { CircleAlert } from "lucide-react";

export function Problems({ id, list }: { id?: string; list: { what: string; cure: string }[] | undefined }) {
  if (!list?.length) return null;
  return (
    <div className="form-problems" role="alert" id={id}>
      {list.map(({ what, cure }) => (
        <p key={what + cure}>
          <CircleAlert size={16} aria-hidden />
          <span dir="auto">
            <strong>{sentence(what)}</strong> {sentence(cure)}
          </span>
        </p>
      ))}
    </div>
  );
}

/** The server's words begin small and end without a stop, so that they fit everywhere. */
function sentence(words: string): string {
  if (!words) return "";
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
