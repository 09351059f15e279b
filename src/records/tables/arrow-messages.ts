import { InputError, type Place } from '../../errors/index.js';
import type { ByteReader } from '../bytereader.js';
import { ARROW_MESSAGE } from './arrow-layout.js';
import { verifyTable } from './flatbuffer.js';

const LARGEST_METADATA = 64 * 1024 * 1024;
/** A record batch. Writers make them of some thousand rows. */
const LARGEST_BODY = 2 ** 31 - 1;
const PIECE_BYTES = 1024 * 1024;
const CONTINUATION = 0xffffffff;

/**
 * The messages of an Arrow stream as they stand in it, each after a look at its metadata: the package that reads them
 * believes every offset and length. Ends at the end-of-stream mark, which a file has before its footer and a stream may
 * lack.
 * @throws InputError
 */
export async function* checkedMessages(
  bytes: ByteReader,
  isFile: boolean,
  place: Place,
): AsyncGenerator<Uint8Array> {
  const fail = (reason: string, mend = 'copy the file again') => new InputError(place, reason, mend);
  for (;;) {
    const held = await bytes.fill(8);
    if (held === 0 && !isFile) return;
    if (held < 8) throw fail('truncated between two Arrow messages');
    const prefix = bytes.take(8);
    const [continuation, length] = new Uint32Array(prefix.buffer);
    if (continuation !== CONTINUATION)
      throw fail('an Arrow message does not begin as one, or is of before 0.15');
    if (length === 0) return;
    if (length > LARGEST_METADATA) throw fail(`Arrow metadata of ${length} bytes, above ${LARGEST_METADATA}`);
    if ((await bytes.fill(length)) < length) throw fail('truncated in an Arrow message');
    const metadata = bytes.take(length);
    const body = verifyMessage(metadata, fail);
    yield prefix;
    yield metadata;
    for (let left = body; left > 0; ) {
      const count = Math.min(left, PIECE_BYTES);
      if ((await bytes.fill(count)) < count) throw fail('truncated in an Arrow record batch');
      yield bytes.take(count);
      left -= count;
    }
  }
}

function verifyMessage(metadata: Uint8Array, fail: (reason: string, mend?: string) => InputError): number {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
  let bodyLength: bigint;
  try {
    bodyLength = verifyTable(view, ARROW_MESSAGE, 'bodyLength');
  } catch (error) {
    throw fail(`damaged Arrow metadata (${(error as Error).message})`);
  }
  if (bodyLength < 0n || bodyLength > BigInt(LARGEST_BODY)) {
    throw fail(`a record batch of ${bodyLength} bytes, above ${LARGEST_BODY}`, 'write smaller batches');
  }
  return Number(bodyLength);
}
