/** A file that was dropped, pasted or chosen goes to the server, and its name there into the form. */

import { ServerError, server } from "../server/api";
import { t } from "../texts";
import { troubleOf } from "./actions";
import { setUpload, setValue } from "./state";

const MOST = 512 << 20; // bytes that the server takes

/** of: what the field takes, such as "image". */
export async function takeFile(id: string, name: string, file: File, of: string): Promise<void> {
  const title = file.name || t("form.pasted");
  const wrong = of === "image" && file.type !== "" && !file.type.startsWith("image/");
  if (wrong) return setUpload(id, name, { what: t("form.notPicture", { title }), cure: t("form.notPictureCure") });
  if (file.size > MOST)
    return setUpload(id, name, { what: t("form.tooLarge", { title }), cure: t("form.tooLargeCure") });
  setUpload(id, name, { busy: title });
  try {
    const entry = await server.upload(file, file.name || "pasted.png");
    if (of === "image" && !entry.type.startsWith("image/"))
      return setUpload(id, name, { what: t("form.notPicture", { title }), cure: t("form.notPictureCure") });
    setUpload(id, name, null);
    setValue(id, name, `${entry.root}/${entry.path}`);
  } catch (error) {
    if (of === "image" && error instanceof ServerError && error.status === 415)
      return setUpload(id, name, { what: t("form.notPicture", { title }), cure: t("form.notPictureCure") });
    const { what, cure } = troubleOf(error);
    setUpload(id, name, { what, cure });
  }
}

/** The first file of a drop or of the clipboard. */
export function fileOf(data: DataTransfer | null): File | null {
  return data?.files[0] ?? null;
}
