const PIECE = 0x8000;

/** What fits into one request, in bytes. */
export const LARGEST_BYTES = 700_000;
export const TOO_LARGE = { field: "file", message: "The file is larger than 700 KB. Split it." };

/** The bytes of a file as base64. */
export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  // In pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}
