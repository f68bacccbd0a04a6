/** One field's fault, by its path in what was sent (`email.to[0]`). */
export interface FieldFault {
  field: string
  message: string
}

export interface ProblemBody {
  title?: string
  status?: number
  code?: string
  detail?: string
  errors?: FieldFault[]
  request_id?: string
  [extra: string]: unknown
}

/** A refusal by the server (RFC 9457), or the lack of any answer (`code: "offline"`). */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly faults: FieldFault[]
  readonly body: ProblemBody
  /** Seconds to wait, from `Retry-After`. */
  readonly retryAfter: number | null

  constructor(status: number, body: ProblemBody, retryAfter: number | null = null) {
    super(body.detail ?? body.title ?? `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = body.code ?? (status === 0 ? 'offline' : 'unknown')
    this.detail = body.detail ?? ''
    this.faults = body.errors ?? []
    this.body = body
    this.retryAfter = retryAfter
  }

  /** Whether trying the same again later may work: no answer, overload or a passing fault. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }

  /** What is wrong with one field, or undefined. */
  fault(field: string): string | undefined {
    return this.faults.find((one) => one.field === field)?.message
  }
}

/** Any thrown thing as a Problem: a failed fetch becomes `offline`. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof TypeError) return new Problem(0, { code: 'offline' })
  return new Problem(-1, {
    code: 'internal',
    detail: thrown instanceof Error ? thrown.message : String(thrown),
  })
}
