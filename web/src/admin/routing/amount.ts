/**
 * A number as it was typed. What is not one is sent as it stands, so that the server names its field.
 * @param empty what an empty field means
 */
export function amount<E>(text: string, empty: E): number | string | E {
  const typed = text.trim()
  if (!typed) return empty
  const value = Number(typed.replace(',', '.'))
  return Number.isFinite(value) ? value : typed
}

/** A number as it is shown in its field; null and what is missing are empty. */
export const typed = (value: number | null | undefined): string => (value == null ? '' : String(value))
