/** Country codes of one digit and of three (ITU-T E.164); all others have two. */
const ONE = /^[17]/
const THREE = /^(?:2[1-69]\d|35\d|37\d|38\d|42\d|50\d|59\d|67\d|68\d|69\d|80\d|85\d|87\d|88\d|96\d|97\d|99\d)/

/** An international number in groups that one can read aloud: +39 011 555 4821. What is no such number stays as it is. */
export function readablePhone(value: string): string {
  const match = /^\+(\d{7,15})$/.exec(value.replaceAll(/[\s().-]/g, ''))
  const digits = match?.[1]
  if (!digits) return value
  const length = ONE.test(digits) ? 1 : THREE.test(digits) ? 3 : 2
  const rest = digits.slice(length)
  const groups: string[] = []
  for (let at = 0; at < rest.length;) {
    const left = rest.length - at
    const take = left <= 4 ? left : 3
    groups.push(rest.slice(at, at + take))
    at += take
  }
  return `+${digits.slice(0, length)} ${groups.join(' ')}`
}
