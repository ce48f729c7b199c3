/**
 * The order in which the images of a stack are loaded: the current one, then outwards from it with two steps in the
 * direction of scrolling for each step against it, then whatever is left.
 * @returns indexes into the stack, every one once.
 */
export function loadOrder(count: number, current: number, direction: 1 | -1): readonly number[] {
  const order: number[] = [];
  const isInside = (index: number): boolean => index >= 0 && index < count;
  const add = (index: number): void => {
    if (isInside(index)) order.push(index);
  };
  add(current);
  let ahead = current + direction;
  let behind = current - direction;
  while (isInside(ahead) || isInside(behind)) {
    add(ahead);
    add(ahead + direction);
    add(behind);
    ahead += 2 * direction;
    behind -= direction;
  }
  return order;
}
