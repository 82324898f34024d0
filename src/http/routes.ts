import type { Hono } from 'hono'
import type { Env } from './env.ts'

/** Every route file, in the order of the address bar. */
export function mountRoutes(app: Hono<Env>): void {
  void app
}
