import { describe, expect, test } from 'vitest';
import { soundKeys } from './sound-key.ts';

const sharesKey = (a: string, b: string): boolean => soundKeys(a).some((key) => soundKeys(b).includes(key));

describe('words that sound alike', () => {
  test.each(
    [
      'Müller Mueller Muller Miller Möller Moeller Mueler',
      'Schmidt Schmitt Schmid Schmied Smith Smyth Smit',
      'Meyer Maier Mayr Meier Mayer Myer Meir',
      'Bähr Behr Baehr Bär Baer',
      'Stephen Steven Stefan Stephan',
      'Philipp Filip Phillip',
      'Catherine Katharina Kathrin',
      'Ivanov Iwanow Ivanoff Иванов',
      'Tchaikovsky Tschaikowsky Chaikovski Čajkovskij Чайковский',
      'Khrushchev Chruschtschow Хрущёв',
      'Papadopoulos Παπαδόπουλος',
      'Mohammed Muhammad Mohamed Mehmet',
      'Hussein Husain Hüseyin',
      'Yusuf Youssef Joseph Josef Yosef',
      'Johansson Johanson Johannsen',
      'Hansen Hanson Hanssen',
      'Schwarz Schwartz Swartz',
      'Pfeiffer Pfeifer Feiffer',
      'Lee Li Leigh',
      'Zhou Chou Chow',
      'Zhang Chang',
      'Xu Hsu',
      'Park Bark',
      'Bak Pak',
      'Hwang Hang',
      'Nguyen Nuyen',
      'Djokovic Jokovic Đoković',
      'Knight Night',
      'Brown Braun',
      'Giovanni Jovanni',
      'Yevgeni Evgeni Евгений',
      'Wałęsa Walesa Valesa',
      'Åberg Oberg',
      'García Garcia Garsia',
      'Núñez Nunez',
      'Grün Gruen Grun',
    ].flatMap((group) => {
      const [first = '', ...others] = group.split(' ');
      return others.map((other) => [first, other]);
    }),
  )('%s, %s', (a, b) => {
    expect(sharesKey(a, b)).toBe(true);
  });
});

describe('words that do not', () => {
  test.each([
    ['Smith', 'Schneider'],
    ['Smith', 'Smythson'],
    ['Meyer', 'Moore'],
    ['Müller', 'Mertens'],
    ['Lee', 'Lu'],
    ['Lee', 'Lao'],
    ['Kim', 'Kam'],
    ['Wang', 'Wong'],
    ['Zhang', 'Zheng'],
    ['Jones', 'Johnson'],
    ['Anna', 'Hanna'],
    ['Ali', 'Eli'],
    ['Ivanov', 'Petrov'],
    ['Martin', 'Martinez'],
    ['Nguyen', 'Nguyet'],
    ['Hansen', 'Jansen'],
    ['Weber', 'Werner'],
    ['Fischer', 'Fuchs'],
  ])('%s, %s', (a, b) => {
    expect(sharesKey(a, b)).toBe(false);
  });
});

test('a word without letters that we know has no key, and a long one ends', () => {
  expect(soundKeys('山田')).toEqual([]);
  expect(soundKeys("'-.")).toEqual([]);
  expect(soundKeys('chg'.repeat(300)).length).toBeLessThanOrEqual(6);
});
