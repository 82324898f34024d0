const EVERY = 1_500

/** How far a backup has come, read anew while it goes on; at its end the whole page is. */
const place = document.querySelector('[data-backup-progress]')
if (place?.querySelector('[data-backup-run]')) {
  const look = async () => {
    if (!document.hidden) {
      const answer = await fetch(place.dataset.backupProgress, { headers: { accept: 'text/html' } }).catch(() => null)
      if (answer?.ok && !answer.redirected) {
        place.innerHTML = await answer.text()
        if (!place.querySelector('[data-backup-run]')) return location.reload()
      }
    }
    setTimeout(look, EVERY)
  }
  setTimeout(look, EVERY)
}
