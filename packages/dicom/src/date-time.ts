/**
 * DA, TM and DT (PS3.5 6.2) in the ISO 8601 form that people read. Nothing here throws, nothing is filled in: a value
 * that states only a year gives a year, and one that is no date gives undefined, for the caller to show as it is.
 */

const DATE = /^(\d{4})(?:([.\-/]?)(\d{2})(?:\2(\d{2}))?)?$/;
const TIME = /^(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,6}))?)?)?$/;
const DATE_TIME = /^(\d{4,8})(\d{2,6}(?:\.\d{1,6})?)?([+-]\d{4})?$/;

/** "20240229" and the legacy "1997.04.24" to "2024-02-29", "1997-04-24"; a bare year or month stays one. */
export function isoDate(value: string): string | undefined {
  const [, year, , month, day] = DATE.exec(value.trim()) ?? [];
  if (year === undefined) return undefined;
  if (month === undefined) return year;
  if (day === undefined) return isMonth(month) ? `${year}-${month}` : undefined;
  return isDay(year, month, day) ? `${year}-${month}-${day}` : undefined;
}

/** "091530.25" and the legacy "09:15:30" to "09:15:30.25", "09:15:30"; an hour or minute alone stays one. */
export function isoTime(value: string): string | undefined {
  const [, hour, minute, second, fraction] = TIME.exec(value.trim()) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute ?? 0) > 59) return undefined;
  // 60 is a leap second, which PS3.5 allows.
  if (Number(second ?? 0) > 60) return undefined;
  const time = [hour, minute, second].filter((part) => part !== undefined).join(':');
  return fraction === undefined ? time : `${time}.${fraction}`;
}

/** "20240229091530.25+0100" to "2024-02-29T09:15:30.25+01:00"; only as much as is stated. */
export function isoDateTime(value: string): string | undefined {
  const [, digits, tail, zone] = DATE_TIME.exec(value.trim()) ?? [];
  if (digits === undefined || (tail !== undefined && digits.length !== 8)) return undefined;
  const date = isoDate(digits);
  const time = tail === undefined ? undefined : isoTime(tail);
  if (date === undefined || (tail !== undefined && time === undefined)) return undefined;
  const offset = zone === undefined ? '' : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  return `${date}${time === undefined ? '' : `T${time}`}${offset}`;
}

function isMonth(month: string): boolean {
  return Number(month) >= 1 && Number(month) <= 12;
}

/** The last day of a month is day 0 of the next. */
function isDay(year: string, month: string, day: string): boolean {
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return isMonth(month) && Number(day) >= 1 && Number(day) <= last;
}
