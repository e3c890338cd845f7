/** The seed of every random test: printed, so that a failure can be run again with `SEED=… npx jest …`. */
const SEED = Number.parseInt(process.env['SEED'] ?? '', 10) || Math.floor(Math.random() * 2 ** 31);

let announced = false;

export function announceSeed(): number {
  if (!announced) process.stderr.write(`SEED=${SEED}\n`);
  announced = true;
  return SEED;
}
