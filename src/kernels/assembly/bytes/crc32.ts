import { INPUT } from './input';

/** Table t, entry b: what byte b does to the checksum from t bytes on. */
const TABLES: usize = memory.data(8 * 256 * 4, 16);
let made = false;

function makeTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
    store<u32>(TABLES + (byte << 2), crc);
  }
  for (let at: u32 = 256; at < 8 * 256; at++) {
    const before = load<u32>(TABLES + ((at - 256) << 2));
    store<u32>(TABLES + (at << 2), load<u32>(TABLES + ((before & 255) << 2)) ^ (before >> 8));
  }
  made = true;
}

// @ts-ignore: decorator
@inline
function entry(table: u32, byte: u64): u32 {
  return load<u32>(TABLES + (table << 10) + ((<usize>byte & 255) << 2));
}

/** Slicing by 8 (Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators", 2005). */
export function crc32(length: u32, value: u32): u32 {
  if (!made) makeTables();
  let crc = ~value;
  let at: usize = INPUT;
  const end: usize = INPUT + length;
  for (; at + 8 <= end; at += 8) {
    const word = load<u64>(at) ^ <u64>crc;
    crc =
      entry(7, word) ^
      entry(6, word >> 8) ^
      entry(5, word >> 16) ^
      entry(4, word >> 24) ^
      entry(3, word >> 32) ^
      entry(2, word >> 40) ^
      entry(1, word >> 48) ^
      entry(0, word >> 56);
  }
  for (; at < end; at++) crc = entry(0, <u64>(crc ^ <u32>load<u8>(at))) ^ (crc >> 8);
  return ~crc;
}
