/** A file that was dropped, pasted or chosen goes to the server, and its name there into the form. */

import { NotSent, send } from "../ui/uploads";
import { troubleOf } from "./actions";
import { setUpload, setValue } from "./state";

/** of: what the field takes, such as "image". */
export async function takeFile(id: string, name: string, file: File, of: string): Promise<void> {
  const busy = file.name;
  try {
    const entry = await send(file, { of, onProgress: (part, stop) => setUpload(id, name, { busy, part, stop }) });
    setUpload(id, name, null);
    setValue(id, name, `${entry.root}/${entry.path}`);
  } catch (error) {
    if (error instanceof NotSent) setUpload(id, name, error.stopped ? null : { what: error.what, cure: error.cure });
    else {
      const { what, cure } = troubleOf(error);
      setUpload(id, name, { what, cure });
    }
  }
}

/** The first file of a drop or of the clipboard. */
export function fileOf(data: DataTransfer | null): File | null {
  return data?.files[0] ?? null;
}
