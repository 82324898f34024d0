import { at } from '../at.js'
// What the server does by itself takes a second or two: the page looks again until it is done, then shows how it stands.
const standing = document.querySelector('[data-status="sending"], [data-status="sealing"]')
const OFTEN = 1_000
const SELDOM = 5_000

async function look(after) {
  await new Promise((resolve) => setTimeout(resolve, after))
  const { status, envelope } = standing.dataset
  const answer = await fetch(at(`/envelopes/${envelope}/status`), { headers: { accept: 'application/json' } })
    .then((response) => (response.ok ? response.json() : null))
    .catch(() => null)
  if (answer && answer.status !== status) location.replace(at(`/envelopes/${envelope}`))
  else void look(Math.min(after * 1.2, SELDOM))
}

if (standing) void look(OFTEN)
