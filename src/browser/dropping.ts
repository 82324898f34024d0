/** A file dropped anywhere on the page is chosen, and `onDrop` is told. `formNow` is asked each time, for a page may draw itself anew. */
export function acceptDrops(formNow: () => HTMLFormElement | null, onDrop: (form: HTMLFormElement) => void): void {
  let depth = 0
  const isFile = (event: DragEvent): boolean => [...(event.dataTransfer?.types ?? [])].includes('Files')
  const mark = (change: number): void => {
    depth = Math.max(0, depth + change)
    formNow()?.classList.toggle('drop-file--over', depth > 0)
  }
  document.addEventListener('dragenter', (event) => isFile(event) && mark(1))
  document.addEventListener('dragleave', (event) => isFile(event) && mark(-1))
  document.addEventListener('dragover', (event) => isFile(event) && event.preventDefault())
  document.addEventListener('drop', (event) => {
    if (!isFile(event) || !event.dataTransfer) return
    event.preventDefault()
    mark(-depth)
    const form = formNow()
    const input = form?.querySelector<HTMLInputElement>('input[type="file"]')
    if (!form || !input || input.disabled || !event.dataTransfer.files.length) return
    input.files = event.dataTransfer.files
    onDrop(form)
  })
}
