import { describe, expect, it } from 'vitest';
import { isoDate, isoDateTime, isoTime } from './date-time.ts';

describe('dates and times', () => {
  it.each([
    ['20240229', '2024-02-29'],
    ['1997.04.24', '1997-04-24'],
    ['1997-04-24', '1997-04-24'],
    ['1997', '1997'],
    ['199704', '1997-04'],
    [' 20240101 ', '2024-01-01'],
  ])('reads the date %s', (value, iso) => expect(isoDate(value)).toBe(iso));

  it.each([
    '',
    '20230229',
    '20241301',
    '20240100',
    '24.12.1997',
    '1997.04-24',
    'tomorrow',
    '20240101-20240201',
  ])('does not make a date of %j', (value) => expect(isoDate(value)).toBeUndefined());

  it.each([
    ['091530', '09:15:30'],
    ['091530.250000', '09:15:30.250000'],
    ['09:15:30', '09:15:30'],
    ['0915', '09:15'],
    ['09', '09'],
    ['235960', '23:59:60'],
  ])('reads the time %s', (value, iso) => expect(isoTime(value)).toBe(iso));

  it.each(['', '24', '0960', '091561', '9', '091530.', '091530.1234567', 'noon'])(
    'does not make a time of %j',
    (value) => expect(isoTime(value)).toBeUndefined(),
  );

  it.each([
    ['20240229091530.25+0100', '2024-02-29T09:15:30.25+01:00'],
    ['20240229091530', '2024-02-29T09:15:30'],
    ['2024022909', '2024-02-29T09'],
    ['20240229-0500', '2024-02-29-05:00'],
    ['2024', '2024'],
    ['202402', '2024-02'],
  ])('reads the date-time %s', (value, iso) => expect(isoDateTime(value)).toBe(iso));

  it.each(['', '20240230', '2024022925', '20240229091530+1', 'x'])(
    'does not make a date-time of %j',
    (value) => expect(isoDateTime(value)).toBeUndefined(),
  );
});
