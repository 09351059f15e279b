// The part of the WebAssembly interface that is used here: TypeScript declares it in its DOM
// library only, which a Node project does without.

/** A memory whose buffer grows in place: earlier views stay valid. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
  /** @throws RangeError when the system has no memory */
  grow(pages: number): number;
}

/** Compiled code; may be posted to workers. */
export type CompiledModule = object;

interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => CompiledModule;
  Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
  Instance: new (
    module: CompiledModule,
    imports: { env?: { memory: SharedMemory } },
  ) => { readonly exports: object };
}

export const { Module, Memory, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
  .WebAssembly;
