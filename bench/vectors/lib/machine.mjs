// The conditions of a race.
import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, totalmem } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { pinning } from './driver.mjs';

function contents(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Load of the last minute, two decimals. */
export const load = () => Math.round(loadavg()[0] * 100) / 100;

export function machine() {
  const flags =
    contents('/proc/cpuinfo')
      ?.match(/^flags\s*:(.*)$/m)?.[1]
      .split(' ') ?? [];
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    simd: ['avx2', 'avx512f', 'avx512_vnni'].filter((flag) => flags.includes(flag)),
    l3: contents('/sys/devices/system/cpu/cpu0/cache/index3/size'),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    hugePages: contents('/sys/kernel/mm/transparent_hugepage/enabled')?.match(/\[(\w+)\]/)?.[1],
    platform: `${process.platform} ${arch()}`,
    node: process.version,
    pinning,
  };
}

/** The command as typed, but for what says something of this machine only: the output folder, and where sets are. */
export function commandLine(script, folder = 'bench/vectors') {
  const args = process.argv.slice(2);
  const at = args.indexOf('--out');
  const kept = at < 0 ? args : args.toSpliced(at, 2);
  const short = (path) => (isAbsolute(path) ? basename(path) : path);
  return [`node ${folder}/${script}`, ...kept.map((arg) => arg.split(',').map(short).join(','))].join(' ');
}
