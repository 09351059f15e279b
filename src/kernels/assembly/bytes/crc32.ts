import { crcOf, makeTables } from '../crc32';
import { INPUT } from './input';

const TABLES: usize = memory.data(12 * 256 * 4, 16);
let made = false;

export function crc32(length: u32, value: u32): u32 {
  if (!made) {
    makeTables(TABLES);
    made = true;
  }
  return crcOf(TABLES, INPUT, length, value);
}
