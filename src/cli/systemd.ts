import { dlopen, FFIType } from 'bun:ffi'
import type { Environment } from './command.ts'

const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
/** sun_path of unix(7). */
const LONGEST = 107

/** What the service manager is told (sd_notify(3)); nothing where no manager listens. */
export interface Manager {
  tell(state: string): void
  /** `WatchdogSec=` in milliseconds where the manager wants to hear from this process; null where not. */
  readonly watchdog: number | null
}

export function managerOf(environment: Environment): Manager {
  const address = environment['NOTIFY_SOCKET']
  if (!address || !/^[@/]/.test(address)) return { tell: () => {}, watchdog: null }
  return { tell: (state) => send(address, state), watchdog: watchdogIn(environment) }
}

function watchdogIn(environment: Environment): number | null {
  const microseconds = Number(environment['WATCHDOG_USEC'])
  const isOurs = !environment['WATCHDOG_PID'] || environment['WATCHDOG_PID'] === String(process.pid)
  return isOurs && microseconds > 0 ? microseconds / 1_000 : null
}

/** One datagram. No interface of the engine has datagrams of this family, so the C library is asked. What cannot be told is no reason to stop. */
function send(address: string, state: string): void {
  const path = Buffer.from(address.replace(/^@/, '\0'))
  if (path.length > LONGEST) return
  const { symbols, close } = dlopen('libc.so.6', {
    socket: { args: [FFIType.i32, FFIType.i32, FFIType.i32], returns: FFIType.i32 },
    sendto: { args: [FFIType.i32, FFIType.ptr, FFIType.u64, FFIType.i32, FFIType.ptr, FFIType.u32], returns: FFIType.i64 },
    close: { args: [FFIType.i32], returns: FFIType.i32 },
  })
  try {
    const family = Buffer.alloc(2)
    family.writeUInt16LE(AF_UNIX)
    const to = Buffer.concat([family, path])
    const message = Buffer.from(state)
    const socket = symbols.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
    if (socket < 0) return
    symbols.sendto(socket, message, BigInt(message.length), 0, to, to.length)
    symbols.close(socket)
  } finally {
    close()
  }
}
