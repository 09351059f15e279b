import { CorruptError } from '../errors/index.js';
import { crc32 } from '../storage/index.js';
import { decodeHead, encodeHead, expectMap, FileKind, FORMAT_VERSION, HEAD_BYTES } from './format.js';
import { encodeMetadata, type Metadata } from './metadata.js';
import { decodeMessagePack, type MsgMap } from './msgpack.js';

/** A file that is only metadata (the manifest): a head, then one msgpack map. */
export function encodeEnvelope(content: { readonly [key: string]: Metadata | undefined }): Uint8Array {
  const body = encodeMetadata(content);
  const head = encodeHead({
    version: FORMAT_VERSION,
    kind: FileKind.manifest,
    fileBytes: HEAD_BYTES + body.length,
    directoryOffset: HEAD_BYTES,
    directoryBytes: body.length,
    directoryCrc: crc32(body),
  });
  return Buffer.concat([head, body]);
}

/**
 * @param bytes the whole file
 * @throws the errors of a head; CorruptError when the map's checksum does not match
 */
export function decodeEnvelope(bytes: Uint8Array, path: string): MsgMap {
  const head = decodeHead(bytes.subarray(0, HEAD_BYTES), bytes.length, FileKind.manifest, path);
  if (head.directoryOffset !== HEAD_BYTES) throw new CorruptError(path, 'its map is not where it belongs');
  return decodeDirectory(bytes.subarray(HEAD_BYTES), head.directoryCrc, path);
}

/** The map at the end of a segment, or after the head of a manifest. */
export function decodeDirectory(bytes: Uint8Array, crc: number, path: string): MsgMap {
  if (crc32(bytes) !== crc) throw new CorruptError(path, 'the checksum of its directory does not match');
  try {
    return expectMap(decodeMessagePack(bytes));
  } catch (error) {
    throw new CorruptError(path, `its directory can't be read (${(error as Error).message})`);
  }
}
