import { existsSync } from 'node:fs'

/** What stands around LibreOffice beside its time. */
export interface OfficeFence {
  /** Name spaces of its own: no network, no other process, and nothing of the data folder but its own folder. */
  readonly apart: boolean
  /** `unshare -rn` alone. */
  readonly network: boolean
  readonly limits: boolean
}

export const OFFICE_FENCES: readonly OfficeFence[] = [
  { apart: true, network: true, limits: true },
  { apart: false, network: true, limits: true },
  { apart: false, network: false, limits: true },
  { apart: false, network: false, limits: false },
]

const MEMORY = 1_536 * 1024 * 1024
const CPU_SECONDS = 60
/** No file that it writes is larger, the PDF neither. */
export const MOST_WRITTEN = 128 * 1024 * 1024

/** Its own folder is seen there, since the data folder in which it lies is covered. */
const mountPoint = (program: string): string | undefined =>
  ['/mnt', '/media', '/srv'].find((path) => existsSync(path) && !program.startsWith(`${path}/`))

// $1: the folder, $2: where it is seen, $3: the data folder. A list of arguments follows, never a text that a shell reads.
const APART = 'mount --bind "$1" "$2" && mount -t tmpfs tmpfs "$3" && cd "$2" && shift 3 && exec "$@"'

export interface OfficeCommand {
  readonly command: string[]
  /** The folder as LibreOffice sees it. */
  readonly seen: string
}

/** The command line before the arguments that are LibreOffice's own; null where a tool of the fence is missing. */
export function officeCommand(
  fence: OfficeFence,
  { program, folder, dataDirectory }: { readonly program: string; readonly folder: string; readonly dataDirectory: string },
): OfficeCommand | null {
  const prlimit = fence.limits ? Bun.which('prlimit') : null
  const unshare = fence.network ? Bun.which('unshare') : null
  const mount = fence.apart && Bun.which('mount') ? mountPoint(program) : undefined
  if ((fence.limits && !prlimit) || (fence.network && !unshare) || (fence.apart && !mount)) return null
  return {
    command: [
      ...(unshare
        ? [unshare, '--map-root-user', '--net', ...(mount ? ['--mount', '--pid', '--fork', '--kill-child=SIGKILL'] : []), '--']
        : []),
      ...(mount ? ['/bin/sh', '-c', APART, 'sh', folder, mount, dataDirectory] : []),
      ...(prlimit ? [prlimit, `--data=${MEMORY}`, `--cpu=${CPU_SECONDS}`, `--fsize=${MOST_WRITTEN}`, '--core=0', '--'] : []),
      program,
    ],
    seen: mount ?? folder,
  }
}

/** Nothing of the server's environment. */
export const officeEnvironment = (seen: string): Record<string, string> => ({
  HOME: seen,
  TMPDIR: seen,
  PATH: '/usr/bin:/bin',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  SAL_DISABLE_OPENCL: '1',
  SAL_USE_VCLPLUGIN: 'svp',
})
