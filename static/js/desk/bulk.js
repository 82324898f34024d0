const EVERY = 3_000

/** How far a bulk send has come, read anew while it goes on and nobody is in the middle of choosing something. */
const place = document.querySelector('[data-progress]')
if (place) {
  const goesOn = () => place.querySelector('[data-bulk-status]')?.dataset.bulkStatus === 'running'
  const look = async () => {
    if (!goesOn()) return
    if (!document.hidden && !place.querySelector('details[open]') && !place.contains(document.activeElement)) {
      const answer = await fetch(place.dataset.progress, { headers: { accept: 'text/html' } }).catch(() => null)
      if (answer?.ok && !answer.redirected) place.innerHTML = await answer.text()
    }
    setTimeout(look, EVERY)
  }
  setTimeout(look, EVERY)
}
