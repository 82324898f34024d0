/**
 * What the other side says, without what nobody but the recipient may read: a server that refuses a message likes to repeat it, and its
 * answer is kept and shown. Every secret is looked for as it was sent and as an answer may spell it again.
 */
export function scrubbed(told: string, secrets: readonly (string | null | undefined)[]): string {
  let text = told
  for (const secret of secrets) if (secret) for (const spelling of spellingsOf(secret)) text = text.replaceAll(spelling, HIDDEN)
  return text
}

export const HIDDEN = '••••'

/** The codes in a text, and the parts of its addresses that are long enough to be a way in. */
export const waysIn = (text: string): string[] => [
  ...[...text.matchAll(/(?<!\d)\d{6}(?!\d)/g)].map(([code]) => code),
  ...[...text.matchAll(/https?:\/\/\S+/g)].flatMap(([address]) =>
    address
      .split(/[/?#&=]/)
      .filter((part) => part.length >= 12)
      .slice(1),
  ),
]

function spellingsOf(secret: string): Set<string> {
  const quoted = JSON.stringify(secret).slice(1, -1)
  return new Set([secret, quoted, quoted.replaceAll('/', '\\/'), encodeURIComponent(secret)])
}
