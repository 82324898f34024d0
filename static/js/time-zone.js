// The machine may run in another zone than the people who use it: the browser knows theirs.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
const choice = document.querySelector('form[data-time-zone] select[name="timeZone"]')
if (choice && [...choice.options].some((option) => option.value === zone)) choice.value = zone
