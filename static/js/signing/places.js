/** The fields of the page as they stand in it: what is typed, what is missing, what was refused. */
export function findPlaces(form) {
  const all = [...form.querySelectorAll('[data-place]')].map((element) => ({
    element,
    id: element.dataset.place,
    kind: element.dataset.kind,
    name: element.dataset.name,
    choice: element.dataset.choice ?? null,
    question: element.dataset.question ?? element.dataset.name,
    answer: element.dataset.answer ?? '',
    isRequired: 'required' in element.dataset,
    isFixed: 'fixed' in element.dataset,
    isLong: 'lines' in element.dataset,
    control: element.querySelector('.place__control'),
    mark: element.querySelector('[data-mark]'),
    file: element.querySelector('[data-attachment]'),
    result: element.querySelector('[data-result]'),
    help: element.querySelector('.place__help'),
    error: element.querySelector('.place__error'),
    opener: null,
  }))

  /** The buttons of one choice; any other field alone. */
  const together = (place) =>
    place.choice === null ? [place] : all.filter((other) => other.choice === place.choice && !other.element.hidden)
  const isTicked = ({ control }) => control.checked
  const isFilled = (place) => {
    const { mark, file, control, kind } = place
    if (file) return 'attached' in file.dataset
    if (mark) return mark.querySelector('img') !== null
    if (kind === 'checkbox') return control.checked
    return kind === 'radio' ? together(place).some(isTicked) : Boolean(control?.value.trim())
  }
  const isRefused = ({ element }) => element.classList.contains('is-refused')

  return {
    all,
    together,
    isFilled,
    isRefused,
    isRequired: (place) => together(place).some((one) => one.isRequired),
    /** What there is to fill in now. The first button stands for its choice. */
    asked: () => all.filter((place) => !place.isFixed && !place.element.hidden && together(place)[0] === place),
    isMissing: (place) => !isFilled(place) || isRefused(place),
    /** As the server is told. */
    valueOf: ({ kind, control }) => (kind === 'checkbox' || kind === 'radio' ? (control.checked ? '1' : '') : control.value),
  }
}
