import type { Config } from '../config/config.ts'
import type { Ctx } from './env.ts'

/** The socket's address, or, behind a configured proxy, the right-most address that is not one. What a stranger writes there counts for nothing. */
export function clientAddress(c: Ctx, config: Config): string | null {
  const peer = plain((c.env as { peer?: string | null } | undefined)?.peer ?? null)
  if (!peer || !config.trustedProxies.includes(peer)) return peer
  const hops = (c.req.header('x-forwarded-for') ?? '')
    .split(',')
    .map((hop) => plain(hop.trim()))
    .filter((hop): hop is string => hop !== null)
  return hops.reverse().find((hop) => !config.trustedProxies.includes(hop)) ?? peer
}

const plain = (address: string | null): string | null => {
  const text = address?.replace(/^::ffff:(?=\d+\.)/i, '') ?? ''
  return /^[0-9a-f:.]{2,45}$/i.test(text) ? text : null
}
