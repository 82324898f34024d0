// Tells the page that shows the signing inside it where it stands. The browser gives a message to the origins of the list alone.
const { content, dataset } = document.querySelector('meta[name="embedded-in"]')
// The pages beside the fields are part of filling in.
const steps = { '': 'reading', marks: 'fields', attachments: 'fields' }
const [, , , page = ''] = location.pathname.slice(location.pathname.indexOf('/s/')).split('/')

const tell = (message) => {
  if (parent === window) return
  for (const origin of content.split(' ')) parent.postMessage({ source: 'paraphe', ...message }, origin)
}
const height = () => tell({ event: 'height', height: document.documentElement.scrollHeight })

tell({ event: 'step', step: steps[page] ?? page })
if (dataset.outcome) tell({ event: dataset.outcome })
height()
new ResizeObserver(height).observe(document.body)
