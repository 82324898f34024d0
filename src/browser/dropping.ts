/** A file dropped anywhere on the page is chosen, and `onDrop` is told. */
export function acceptDrops(zone: HTMLElement, input: HTMLInputElement, onDrop: () => void): void {
  let depth = 0
  const isFile = (event: DragEvent): boolean => [...(event.dataTransfer?.types ?? [])].includes('Files')
  const mark = (change: number): void => {
    depth = Math.max(0, depth + change)
    zone.classList.toggle('drop-file--over', depth > 0)
  }
  document.addEventListener('dragenter', (event) => isFile(event) && mark(1))
  document.addEventListener('dragleave', (event) => isFile(event) && mark(-1))
  document.addEventListener('dragover', (event) => isFile(event) && event.preventDefault())
  document.addEventListener('drop', (event) => {
    if (!isFile(event) || !event.dataTransfer) return
    event.preventDefault()
    mark(-depth)
    if (!event.dataTransfer.files.length) return
    input.files = event.dataTransfer.files
    onDrop()
  })
}
