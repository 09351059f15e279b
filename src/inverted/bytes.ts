/** A decoder met bytes that can't be. Callers know the file and make it a CorruptError. */
export class DecodeError extends Error {}

/** Growing byte buffer. */
export class ByteWriter {
  length = 0;
  private bytes: Uint8Array<ArrayBuffer>;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  /**
   * Appends a whole number in 7-bit groups, lowest first, the top bit set on all bytes but the last.
   * @param value 0 to 2^53 - 1: 1 to 8 bytes
   */
  vbyte(value: number): void {
    if (this.length + 8 > this.bytes.length) this.reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.bytes[this.length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Room for `bytes` more, to be filled by the caller. */
  grow(bytes: number): Uint8Array {
    if (this.length + bytes > this.bytes.length) this.reserve(bytes);
    this.length += bytes;
    return this.bytes.subarray(this.length - bytes, this.length);
  }

  /** What was written; valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length);
  }

  private reserve(bytes: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

/** Reads what ByteWriter wrote. Never past the end. */
export class ByteReader {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** @throws DecodeError at the end of the bytes, or above 2^53 - 1 */
  vbyte(): number {
    // Most are short.
    if (this.at < this.bytes.length && this.bytes[this.at] < 128) return this.bytes[this.at++];
    let value = 0;
    let unit = 1;
    for (let i = 0; i < 8; i++) {
      if (this.at >= this.bytes.length) throw new DecodeError('a number is cut off');
      const byte = this.bytes[this.at++];
      value += (byte & 127) * unit;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      unit *= 128;
    }
    throw new DecodeError('a number is too large');
  }

  /** @throws DecodeError at the end of the bytes */
  byte(): number {
    if (this.at >= this.bytes.length) throw new DecodeError('bytes are cut off');
    return this.bytes[this.at++];
  }

  /** A view of the next bytes. @throws DecodeError when there are fewer */
  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.at) throw new DecodeError('bytes are cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** @throws DecodeError when something is left */
  end(): void {
    if (this.at !== this.bytes.length) throw new DecodeError(`${this.bytes.length - this.at} bytes too many`);
  }
}
