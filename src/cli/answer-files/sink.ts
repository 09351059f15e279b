/** Where the bytes of an answer file go. */
export interface Sink {
  /** True where bytes that are written can be changed later: a regular file, not a pipe. */
  readonly patchable: boolean;
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  /** Writes over bytes that are there. Patchable sinks only. */
  patch(bytes: Uint8Array, position: number): void;
}
