/** So many questions are under way to one gateway at a time: it works on one while another is on its way. */
const AT_ONCE = 8;

/** What `ask` gives for each, in the order of `all`. @throws what the first one that failed threw */
export async function sideBySide<T, R>(all: readonly T[], ask: (each: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let nth = next++; nth < all.length; nth = next++) answers[nth] = await ask(all[nth] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}
