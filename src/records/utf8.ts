// A byte order mark is the file's business (bytes.ts), so that U+FEFF inside a file stays text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of `bytes`, or undefined where they are not valid UTF-8 (or longer than a string can be). */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
