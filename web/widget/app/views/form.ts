import { t } from '../i18n'
import { h, when, type Child } from '../kit/dom'
import { effect, type Signal } from '../kit/reactive'
import type { Field } from '../protocol'

export type Errors = Signal<Record<string, string>>
let count = 0

/** A control with its label, help and error, joined for assistive technology. What is `required` may depend on other choices. */
export function field(f: Field, errors: Errors, required: () => boolean = () => f.required): Child {
  const id = `f${++count}`
  const kinds = { email: ['email', 'email'], phone: ['tel', 'tel'], number: ['text', 'off'], text: ['text', f.key === 'name' ? 'name' : 'off'] } as const
  const common = {
    id, name: f.key, required, 'aria-describedby': `${id}e ${id}h`, 'aria-invalid': () => `${f.key in errors()}`,
    oninput: () => {
      const { [f.key]: _, ...rest } = errors()
      errors.set(rest)
    },
  }
  const control =
    f.kind === 'select' ? h('select', common, f.options[0]?.value !== '' && h('option', { value: '' }, t.choose), f.options.map((o) => h('option', { value: o.value }, o.label)))
    : f.kind === 'long' ? h('textarea', { ...common, rows: 3, dir: 'auto' })
    : h('input', { ...common, type: kinds[f.kind][0], autocomplete: kinds[f.kind][1], ...(f.kind === 'number' ? { inputMode: 'numeric' } : {}) })
  return h('p', { class: 'field' },
    h('label', { htmlFor: id }, f.label, when(required, () => h('span', { class: 'must', 'aria-hidden': 'true' }, ' *'))), control,
    h('small', { id: `${id}h` }, f.help), h('small', { id: `${id}e`, class: 'error' }, () => errors()[f.key] ?? ''))
}

/** What is wrong with a form, field by field, in words; the browser's own bubbles are not read by everybody. */
export function wrong(form: HTMLFormElement): Record<string, string> {
  const found: Record<string, string> = {}
  for (const control of form.elements) {
    if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement)) continue
    const { validity, name, type } = control
    if (validity.valueMissing || (control.required && type !== 'checkbox' && !control.value.trim())) found[name] = t.fix
    else if (validity.typeMismatch) found[name] = t.email
    else if (type === 'tel' && control.value && !/^\+?[\d\s()./-]{6,20}$/.test(control.value)) found[name] = t.phone
  }
  return found
}

/** Puts the focus on the first control in error, once, when errors appear. */
export function guide(form: HTMLFormElement, errors: Errors): void {
  effect(() => {
    if (Object.keys(errors()).length && !form.contains(document.activeElement?.closest('[aria-invalid="true"]') ?? null))
      queueMicrotask(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  })
}
