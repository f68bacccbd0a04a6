import type { Calendar, CalendarWish, DayException, WeekHours } from '../api/sla'

/** An exception being written: closed, or open in its hours. */
export interface ExceptionDraft extends DayException {
  closed: boolean
}

const office = (): WeekHours => ({ days: [0, 1, 2, 3, 4], opens: '09:00', closes: '18:00' })

/** A calendar being written. */
export class CalendarDraft {
  name = $state('')
  timezone = $state('Europe/Rome')
  week = $state<WeekHours[]>([])
  country = $state('')
  region = $state('')
  exceptions = $state<ExceptionDraft[]>([])

  constructor(calendar: Calendar | null, timezone: string) {
    this.name = calendar?.name ?? ''
    this.timezone = calendar?.timezone ?? timezone
    this.week = calendar ? calendar.week.map((one) => ({ ...one, days: [...one.days] })) : [office()]
    this.country = calendar ? (calendar.holidays?.country ?? '') : 'IT'
    this.region = calendar?.holidays?.region ?? ''
    this.exceptions = (calendar?.exceptions ?? []).map((one) => ({
      ...one,
      hours: one.hours.map((span) => ({ ...span })),
      closed: one.hours.length === 0,
    }))
  }

  newSpan(): WeekHours {
    return office()
  }

  newException(): ExceptionDraft {
    return {
      date: new Date().toISOString().slice(0, 10),
      hours: [],
      yearly: false,
      reason: '',
      closed: true,
    }
  }

  wish(): CalendarWish {
    return {
      name: this.name.trim(),
      timezone: this.timezone.trim(),
      week: this.week.map((one) => ({ ...one, days: [...one.days] })),
      holidays: this.country ? { country: this.country, region: this.region || null } : null,
      exceptions: this.exceptions.map(({ date, hours, yearly, reason, closed }) => ({
        date,
        yearly,
        reason: reason.trim(),
        hours: closed ? [] : hours.map((one) => ({ ...one })),
      })),
    }
  }
}
