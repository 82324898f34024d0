const csrf = document.querySelector('meta[name="csrf"]').content

/** Sends a form's data and answers the JSON of the server; a refusal is thrown as its answer, with its status. */
export async function send(address, body, options = {}) {
  const response = await fetch(address, {
    method: 'POST',
    body,
    headers: { accept: 'application/json', 'x-csrf': csrf },
    credentials: 'same-origin',
    ...options,
  })
  const answer = response.status === 204 ? {} : await response.json()
  if (!response.ok) throw Object.assign(new Error(answer.message), answer, { status: response.status })
  return answer
}
