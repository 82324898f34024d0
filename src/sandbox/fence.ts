import { ownProgram } from '../base/program.ts'
import type { Bounds } from './task.ts'

/** What stands around a child beside its time and its resident memory, which are always watched. */
export interface Fence {
  /** `unshare -rn`: a network name space with nothing in it. */
  readonly network: boolean
  /** `prlimit`: data, CPU seconds, processes, file size, no core file. */
  readonly limits: boolean
}

/** From the strongest to none: the first one in which a child starts is taken. */
export const FENCES: readonly Fence[] = [
  { network: true, limits: true },
  { network: false, limits: true },
  { network: true, limits: false },
  { network: false, limits: false },
]

/**
 * What the engine reserves without using counts as data too (580 MB were seen). So the limit on data is the wall behind the watch on
 * resident memory, which holds the bound itself.
 */
const RESERVED = 768 * 1024 * 1024
/** The engine asks for a gigabyte otherwise, is refused it under a data limit, and then only interprets: six times slower. */
const JIT = 48 * 1024 * 1024
const CPU_SECONDS = 300
const PROCESSES = 512
const FILE_SIZE = 1024 ** 3

/** The whole command line of a child, or null where a tool of the fence is missing. */
export function commandOf(fence: Fence, { bytes }: Bounds): string[] | null {
  const unshare = fence.network ? Bun.which('unshare') : null
  const prlimit = fence.limits ? Bun.which('prlimit') : null
  if ((fence.network && !unshare) || (fence.limits && !prlimit)) return null
  return [
    ...(unshare ? [unshare, '--map-root-user', '--net', '--'] : []),
    ...(prlimit
      ? [prlimit, `--data=${bytes + RESERVED}`, `--cpu=${CPU_SECONDS}`, `--nproc=${PROCESSES}`, `--fsize=${FILE_SIZE}`, '--core=0', '--']
      : []),
    ...ownProgram(),
    'sandbox',
  ]
}

/** Nothing of the server's environment; a heap that is collected long before the limit. */
export const environmentOf = (folder: string, { bytes }: Bounds): Record<string, string> => ({
  HOME: folder,
  TMPDIR: folder,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  BUN_JSC_forceRAMSize: String(Math.round(bytes * 0.6)),
  BUN_JSC_jitMemoryReservationSize: String(JIT),
  DO_NOT_TRACK: '1',
})
