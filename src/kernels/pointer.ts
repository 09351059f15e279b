/** An address in an arena, in bytes. */
export type Pointer = number;
