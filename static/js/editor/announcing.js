/** Says what is selected, where it stands, how large it is and how many there are, whenever that changes. */
export function announceSelection({ root, draft, voice, words }) {
  let told = ''
  draft.addEventListener('selected', () => {
    const { selected } = draft
    const now = [...draft.selection].join(' ')
    if (now === told) return
    told = now
    if (!root.contains(document.activeElement) && document.activeElement !== document.body) return
    if (selected.length > 1) voice.say(words.selectedWith, { count: voice.number(selected.length), field: voice.told(selected.at(-1)) })
    else if (selected.length) voice.about(words.selectedOne, selected[0])
  })
}
