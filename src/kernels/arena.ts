import { ResourceError } from '../errors/index.js';
import type { KernelExports } from './exports.js';
import { instantiate } from './loader.js';
import type { Pointer } from './pointer.js';
import { Memory, type SharedMemory } from './webassembly.js';

const PAGE_BYTES = 65536;
const MAX_PAGES = 65536;
/** A cache line; more than any load of a kernel needs. */
const ALIGNMENT = 64;

/** Most bytes an arena holds: the 4 GiB of 32-bit addresses, less room for scratch and rounding. */
export const ARENA_MAX_BYTES = 3.5 * 2 ** 30;

/** Bytes rounded up as the arena does. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** `1.5 GiB`, `12 MiB`, rounded up to what would suffice. */
export function formatBytes(bytes: number): string {
  if (bytes >= 2 ** 30) return `${Math.ceil((bytes / 2 ** 30) * 10) / 10} GiB`;
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/**
 * WebAssembly memory that data is put into once, with the kernels over it. Blocks are 64-byte
 * aligned, zeroed and never freed singly; the arena goes as a whole. Views stay valid when it grows.
 */
export class Arena {
  readonly memory: SharedMemory;
  readonly kernels: KernelExports;
  /** Address 0 stays unused. */
  private top = ALIGNMENT;

  /** @throws ResourceError when the system has no address space for another 4 GiB memory */
  constructor() {
    try {
      this.memory = new Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
    } catch (error) {
      throw new ResourceError('no address space for another WebAssembly memory; close other indexes', {
        cause: error,
      });
    }
    this.kernels = instantiate(this.memory);
  }

  /** Bytes handed out by allocate(). */
  get used(): number {
    return this.top;
  }

  /**
   * Reserves a block for the arena's life.
   * @throws ResourceError beyond ARENA_MAX_BYTES, or when the system has no memory
   */
  allocate(bytes: number): Pointer {
    const start = this.top;
    const end = start + aligned(bytes);
    this.grow(end);
    this.top = end;
    return start;
  }

  /**
   * Scratch behind all blocks, the same place each time until the next allocate(). Its bytes are
   * whatever the last use left.
   * @throws ResourceError as allocate()
   */
  tail(bytes: number): Pointer {
    this.grow(this.top + bytes);
    return this.top;
  }

  bytes(at: Pointer, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, at, length);
  }

  u32(at: Pointer, length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, at, length);
  }

  f32(at: Pointer, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  f64(at: Pointer, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  private grow(bytes: number): void {
    if (bytes > ARENA_MAX_BYTES) {
      throw new ResourceError(
        `${formatBytes(bytes)} of vectors and links in one segment, and WebAssembly holds ${formatBytes(ARENA_MAX_BYTES)}; use smaller segments`,
      );
    }
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing <= 0) return;
    try {
      this.memory.grow(missing);
    } catch (error) {
      throw new ResourceError(`the system has no memory for ${formatBytes(bytes)} of vectors and links`, {
        cause: error,
      });
    }
  }
}
