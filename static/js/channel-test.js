// Sends a test without leaving the page, so that what was typed, secrets too, stays in its fields.
const MARK = { sent: 'good', deferred: 'wait', failed: 'stop' }

for (const button of document.querySelectorAll('button[data-test]')) {
  const { form } = button
  const part = (name) => button.closest('[data-channel-test]').querySelector(`[data-${name}]`)
  button.addEventListener('click', async (event) => {
    event.preventDefault()
    if (button.ariaBusy === 'true') return
    forgetProblems(form)
    show({ busy: true })
    button.ariaBusy = 'true'
    try {
      const answer = await fetch(button.formAction, {
        method: 'POST',
        body: new URLSearchParams(new FormData(form)),
        headers: { accept: 'application/json' },
      })
      const told = await answer.json()
      if (answer.ok) show({ result: told })
      else if (told.fields) {
        show({})
        tellProblems(form, told.fields)
      } else show({ problem: told.message })
    } catch {
      // No answer at all, or none of ours: the form goes its ordinary way and says what is wrong.
      form.action = button.formAction
      form.submit()
    } finally {
      button.ariaBusy = 'false'
    }
  })

  function show({ busy = false, problem = '', result = null }) {
    part('busy').hidden = !busy
    part('problem').hidden = !problem
    part('problem').textContent = problem
    part('result').hidden = !result
    if (!result) return
    part('told').className = `chip chip--${MARK[result.outcome]}`
    part('told').textContent = result.told
    part('advice').textContent = result.advice
    part('advice').hidden = !result.advice
    part('dialogue').textContent = [...result.dialogue, `= ${result.detail}`].join('\n')
  }
}

function forgetProblems(form) {
  for (const sentence of form.querySelectorAll('.field .field__error')) sentence.remove()
  for (const field of form.querySelectorAll('[aria-invalid]')) {
    field.removeAttribute('aria-invalid')
    describe(field, `${field.id}-error`, false)
  }
}

function tellProblems(form, problems) {
  let first = null
  for (const field of form.elements) {
    const problem = problems[field.name]
    if (!problem || field.type === 'hidden') continue
    const sentence = document.createElement('p')
    sentence.className = 'field__error'
    sentence.id = `${field.id}-error`
    sentence.textContent = problem
    field.after(sentence)
    field.setAttribute('aria-invalid', 'true')
    describe(field, sentence.id, true)
    const folded = field.closest('details')
    if (folded) folded.open = true
    first ??= field
  }
  first?.focus()
}

function describe(field, id, isTold) {
  const others = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((other) => other && other !== id)
  const all = isTold ? [...others, id] : others
  if (all.length) field.setAttribute('aria-describedby', all.join(' '))
  else field.removeAttribute('aria-describedby')
}
