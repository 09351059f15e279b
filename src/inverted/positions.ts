import { type ByteWriter, DecodeError } from './bytes.js';
import { FEW_POSITIONS } from './layout.js';
import { encodeRice, RiceCursor } from './rice.js';

/**
 * Positions of a run of postings (a short list, or a block of a long one), posting by posting: the
 * first, then gaps less one. FEW_POSITIONS or more are one Rice code, fewer are VBytes.
 *
 * A position counts the tokens of the document before it, text fields following one another without
 * a gap; which field it is in is told by the document's extents.
 * @param gaps from <= i < to are such numbers
 */
export function encodePositions(gaps: Uint32Array, from: number, to: number, out: ByteWriter): void {
  if (to - from >= FEW_POSITIONS) encodeRice(gaps, from, to, out);
  else for (let i = from; i < to; i++) out.vbyte(gaps[i]);
}

/** Walks the positions of a run of postings. Forward only. */
export interface PositionsCursor {
  /**
   * Passes over positions. Cheap: a byte look for about four of them.
   * @throws DecodeError
   */
  skip(positions: number): void;
  /** @throws DecodeError when so many are not left: before room is made for them */
  require(tf: number): void;
  /**
   * @param out its tf elements from `into` become the positions of a posting, ascending
   * @throws DecodeError
   */
  read(tf: number, out: Uint32Array, into: number): void;
  /** @throws DecodeError when something is left behind the last posting */
  end(): void;
}

/** @param occurrences positions in all the postings; at most what `bytes` can hold, or a DecodeError */
export function openPositions(
  bytes: Uint8Array,
  at: number,
  end: number,
  occurrences: number,
): PositionsCursor {
  if (occurrences < FEW_POSITIONS) return new VBytePositions(bytes, at, end);
  return new RicePositions(bytes, at, end, occurrences);
}

class RicePositions implements PositionsCursor {
  private readonly rice: RiceCursor;
  private left: number;

  constructor(bytes: Uint8Array, at: number, end: number, occurrences: number) {
    this.rice = new RiceCursor(bytes, at, end, occurrences);
    this.left = occurrences;
  }

  skip(positions: number): void {
    this.require(positions);
    this.left -= positions;
    this.rice.skip(positions);
  }

  require(tf: number): void {
    if (tf > this.left) throw new DecodeError('positions are cut off');
  }

  read(tf: number, out: Uint32Array, into: number): void {
    this.require(tf);
    this.left -= tf;
    const { rice } = this;
    let position = rice.next();
    out[into] = position;
    for (let i = 1; i < tf; i++) {
      position += rice.next() + 1;
      out[into + i] = position;
    }
    if (position > 0xffffffff) throw new DecodeError(`position ${position}`);
  }

  end(): void {
    if (this.left !== 0) throw new DecodeError('positions are left');
    this.rice.end();
  }
}

class VBytePositions implements PositionsCursor {
  private readonly bytes: Uint8Array;
  private readonly stop: number;
  private at: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.stop = end;
  }

  skip(positions: number): void {
    for (let left = positions; left > 0; this.at++) {
      if (this.at >= this.stop) throw new DecodeError('positions are cut off');
      if (this.bytes[this.at] < 128) left--;
    }
  }

  require(tf: number): void {
    if (tf > this.stop - this.at) throw new DecodeError('positions are cut off');
  }

  read(tf: number, out: Uint32Array, into: number): void {
    let position = -1;
    for (let i = 0; i < tf; i++) {
      position += this.next() + 1;
      if (position > 0xffffffff) throw new DecodeError(`position ${position}`);
      out[into + i] = position;
    }
  }

  end(): void {
    if (this.at !== this.stop) throw new DecodeError('positions do not end where they should');
  }

  private next(): number {
    let value = 0;
    for (let unit = 1; unit < 2 ** 36; unit *= 128) {
      if (this.at >= this.stop) throw new DecodeError('positions are cut off');
      const byte = this.bytes[this.at++];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
    throw new DecodeError('a position is too large');
  }
}
