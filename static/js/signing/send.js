const csrf = document.querySelector('meta[name="csrf"]').content

/** Sends a form's data and answers the JSON of the server, or its picture; a refusal is thrown as its answer, with its status. */
export async function send(address, body, options = {}) {
  const response = await fetch(address, {
    method: 'POST',
    body,
    headers: { accept: 'application/json', 'x-csrf': csrf },
    credentials: 'same-origin',
    ...options,
  })
  const isPicture = response.headers.get('content-type')?.startsWith('image/')
  const answer = response.status === 204 ? {} : isPicture ? await response.blob() : await response.json()
  if (!response.ok) throw Object.assign(new Error(answer.message), answer, { status: response.status })
  return answer
}
