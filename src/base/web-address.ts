/** `https://intranet.example/sign` as it is kept, without a stroke at its end; null where it is no address that the house can stand at. */
export function readWebAddress(typed: string): string | null {
  const url = URL.parse(typed.trim())
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password || url.hostname === '') return null
  const path = url.pathname.replace(/\/$/, '')
  return /^(?:\/[a-z0-9][a-z0-9._~-]*)*$/i.test(path) && path.length <= 200 ? url.origin + path : null
}
