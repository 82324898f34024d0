// The numbers of a company are called as its country calls them; without this, from the next page on.
const FIELDS = { registration: 'registrationNumber', establishment: 'establishmentNumber', register: 'register', vat: 'vatNumber' }
const form = document.querySelector('form[data-numbers]')
if (form) {
  const { general, own } = JSON.parse(form.dataset.numbers)
  form.elements.country.addEventListener('change', ({ target }) => {
    for (const [kind, name] of Object.entries(FIELDS)) {
      const called = own[target.value]?.[kind]
      form.querySelector(`label[for="${name}"]`).firstChild.data = called ? `${general[kind]} (${called}) ` : `${general[kind]} `
    }
  })
}
